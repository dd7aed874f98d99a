#include "analyzer/diagnosis/coverage.h"

#include <fmt/format.h>

#include <vector>

#include "format/abi/abi.h"
#include "format/abi/syscall_set.h"

namespace sysreel {
namespace {

constexpr std::uint32_t kept_when_filtered = abi::makes_fd | abi::changes_fds | abi::changes_maps | abi::changes_tasks;

abi::SyscallSet set_of(std::string_view expression) {
  const auto set = abi::parse_syscall_set(expression);
  return set ? *set : abi::SyscallSet::none();
}

// Names of the calls of the native ABI that are wanted and that the recording left out.
std::vector<std::string> left_out(std::string_view calls, const Header& header) {
  const abi::SyscallSet wanted = set_of(calls);
  const abi::SyscallSet recorded = header.filter.empty() ? abi::SyscallSet::all() : set_of(header.filter);
  std::vector<std::string> names;
  for (unsigned number = 0; number < abi::table_size(header.native_abi); ++number) {
    const SyscallNr nr{static_cast<std::int32_t>(number)};
    const abi::SyscallRow* const row = abi::row_of(header.native_abi, nr);
    if (!row || !wanted.has(header.native_abi, nr)) continue;
    const bool kept_all_the_same = !header.strict_filter && (row->classes & kept_when_filtered) != 0;
    if (!kept_all_the_same && (header.failed_only || !recorded.has(header.native_abi, nr))) names.emplace_back(row->name);
  }
  return names;
}

std::string restriction(const Header& header) {
  if (header.filter.empty()) return "-Z";
  // Where more than a set of calls was asked for, the filter is in the recorder's own words.
  const char* const how = abi::parse_syscall_set(header.filter) ? "-e trace=" : "the filter ";
  return fmt::format("{}{}{}{}", how, header.filter, header.strict_filter ? " --strict-filter" : "", header.failed_only ? " -Z" : "");
}

// "recorded with -e trace=file, without write, wait4 and 2 more"; empty if nothing was left out.
std::string what_is_missing(std::string_view calls, const Header& header) {
  const std::vector<std::string> missing = left_out(calls, header);
  if (missing.empty()) return "";
  constexpr std::size_t shown = 3;
  std::string names = missing[0];
  for (std::size_t i = 1; i < missing.size() && i < shown; ++i) names += ", " + missing[i];
  if (missing.size() > shown) names += fmt::format(" and {} more", missing.size() - shown);
  return fmt::format("recorded with {}, without {}", restriction(header), names);
}

bool wants_all(const Needs& needs) { return needs.calls == "all"; }

}  // namespace

std::string obstacle(const Needs& needs, const Header& header) {
  if (needs.durations && !header.durations) return "recorded with --no-duration";
  if (wants_all(needs)) return "";
  return what_is_missing(needs.calls, header);
}

std::string blind_spot(const Needs& needs, const Header& header) {
  if (header.filter.empty() && !header.failed_only) return "";
  if (!wants_all(needs)) return what_is_missing(needs.welcome, header);
  return fmt::format("recorded with {}: it saw no other calls", restriction(header));
}

}  // namespace sysreel
