#include "tools/live_places.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "recorder/proc.h"

namespace sysreel::tools {
namespace {

// Takes the next word of a line of /proc/PID/maps: "start-end perms offset device inode   path".
std::string_view take_word(std::string_view& line, char end) {
  const std::string_view word = line.substr(0, line.find(end));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

std::uint64_t take_hex(std::string_view& line, char end) {
  const std::string_view word = take_word(line, end);
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value, 16);
  return value;
}

}  // namespace

void LivePlaces::turn_to(Pid pid) {
  mappings_.clear();
  const std::string maps = proc::read_file(proc::path_of(pid, "maps"), 16u << 20).value_or("");
  for (std::string_view rest = maps; !rest.empty();) {
    std::string_view line = take_word(rest, '\n');
    Mapping mapping;
    mapping.start = take_hex(line, '-');
    mapping.end = take_hex(line, ' ');
    take_word(line, ' ');
    mapping.offset = take_hex(line, ' ');
    take_word(line, ' ');
    take_word(line, ' ');
    mapping.path = line.substr(std::min(line.size(), line.find_first_not_of(' ')));
    if (!mapping.path.empty()) mappings_.push_back(std::move(mapping));
  }
}

std::optional<CodePlace> LivePlaces::place(std::uint64_t address) {
  const auto behind = std::upper_bound(mappings_.begin(), mappings_.end(), address,
                                       [](std::uint64_t wanted, const Mapping& mapping) { return wanted < mapping.start; });
  if (behind == mappings_.begin()) return std::nullopt;
  const Mapping& mapping = *std::prev(behind);
  if (address >= mapping.end) return std::nullopt;
  return CodePlace{mapping.path, mapping.offset + (address - mapping.start)};
}

}  // namespace sysreel::tools
