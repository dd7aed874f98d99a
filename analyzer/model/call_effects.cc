#include "analyzer/model/call_effects.h"

#include <array>
#include <string_view>
#include <vector>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

struct Row {
  std::string_view name;
  CallEffect effect;
};
constexpr Row rows[] = {{"close", CallEffect::close},
                        {"dup", CallEffect::duplicate},
                        {"dup2", CallEffect::duplicate_to},
                        {"dup3", CallEffect::duplicate_to_flags},
                        {"fcntl", CallEffect::fcntl},
                        {"fcntl64", CallEffect::fcntl},
                        {"close_range", CallEffect::close_range},
                        {"chdir", CallEffect::change_folder},
                        {"fchdir", CallEffect::change_folder},
                        {"prctl", CallEffect::rename_task},
                        {"bind", CallEffect::bind}};

std::vector<CallEffect> table_of(Abi abi) {
  std::vector<CallEffect> table(abi::table_size(abi), CallEffect::none);
  for (const Row& row : rows) {
    const auto number = abi::number_of(abi, row.name);
    if (number && static_cast<std::size_t>(raw(*number)) < table.size()) table[static_cast<std::size_t>(raw(*number))] = row.effect;
  }
  return table;
}

}  // namespace

CallEffect effect_of(Abi abi, SyscallNr nr) {
  static const std::array<std::vector<CallEffect>, 4> tables = {table_of(Abi::x86_64), table_of(Abi::i386), table_of(Abi::x32),
                                                               table_of(Abi::aarch64)};
  const auto& table = tables[static_cast<unsigned>(abi)];
  const auto index = static_cast<std::size_t>(raw(nr));
  return raw(nr) >= 0 && index < table.size() ? table[index] : CallEffect::none;
}

}  // namespace sysreel
