#include "analyzer/stats/grouping.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

constexpr std::string_view names[] = {"syscall", "thread", "process", "comm", "path", "fd", "peer", "errno", "stack"};

}  // namespace

std::span<const std::string_view> grouping_names() { return names; }

std::optional<Grouping> grouping_of(std::string_view name) {
  const auto* const found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<Grouping>(found - std::begin(names));
}

bool is_in_columns(Grouping grouping) {
  switch (grouping) {
    case Grouping::syscall:
    case Grouping::thread:
    case Grouping::process:
    case Grouping::errno_value: return true;
    default: return false;
  }
}

std::string name_of_call(Abi abi, SyscallNr nr) {
  const abi::SyscallRow* const row = abi::row_of(abi, nr);
  const std::string name = row ? std::string(row->name) : fmt::format("syscall_{:#x}", static_cast<unsigned>(raw(nr)));
  return abi == Abi::x86_64 || abi == Abi::aarch64 ? name : fmt::format("{} ({})", name, abi::name_of(abi));
}

std::string name_of_error(int error) {
  if (error == 0) return "no error";
  const char* const name = abi::errno_name(error);
  return name ? name : fmt::format("errno {}", error);
}

}  // namespace sysreel
