#include "analyzer/stacks/mapped_files.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sysreel {
namespace {

constexpr std::size_t most_mappings = 65'536;  // the kernel's default limit: what is beyond comes from no real process

// Takes the next word of a line: "start-end perms offset device inode   path".
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

void MappedFiles::replace_by(std::string_view maps) {
  mappings_.clear();
  while (!maps.empty()) {
    std::string_view line = take_word(maps, '\n');
    const std::uint64_t start = take_hex(line, '-');
    const std::uint64_t end = take_hex(line, ' ');
    take_word(line, ' ');
    const std::uint64_t offset = take_hex(line, ' ');
    take_word(line, ' ');
    take_word(line, ' ');
    map(start, end, offset, std::string(line.substr(std::min(line.size(), line.find_first_not_of(' ')))));
  }
}

void MappedFiles::map(std::uint64_t start, std::uint64_t end, std::uint64_t offset, std::string path) {
  if (end <= start) return;
  unmap(start, end);
  if (!path.empty() && mappings_.size() < most_mappings) mappings_[start] = {end, offset, std::move(path)};
}

void MappedFiles::unmap(std::uint64_t start, std::uint64_t end) {
  if (end <= start) return;
  auto at = mappings_.upper_bound(start);
  if (at != mappings_.begin() && std::prev(at)->second.end > start) --at;
  while (at != mappings_.end() && at->first < end) {
    const std::uint64_t begin = at->first;
    Mapping mapping = std::move(at->second);
    at = mappings_.erase(at);
    if (begin < start) mappings_[begin] = {start, mapping.offset, mapping.path};
    if (mapping.end > end) mappings_[end] = {mapping.end, mapping.offset + (end - begin), std::move(mapping.path)};
  }
}

std::optional<CodePlace> MappedFiles::place(std::uint64_t address) const {
  const auto behind = mappings_.upper_bound(address);
  if (behind == mappings_.begin()) return std::nullopt;
  const auto& [start, mapping] = *std::prev(behind);
  if (address >= mapping.end) return std::nullopt;
  return CodePlace{mapping.path, mapping.offset + (address - start)};
}

}  // namespace sysreel
