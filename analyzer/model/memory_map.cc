#include "analyzer/model/memory_map.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

namespace sysreel {
namespace {

std::uint64_t hex(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// Takes the next word off a line.
std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

// "7f12-7f34 rw-p 0000 08:01 1234   /path".
std::optional<Mapping> mapping_of(std::string_view line) {
  const std::string_view range = next_word(line);
  const std::string_view permissions = next_word(line);
  const std::string_view offset = next_word(line);
  next_word(line);  // the device in another encoding than stat(2) has
  next_word(line);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || permissions.size() != 4) return std::nullopt;
  Mapping mapping;
  mapping.start = hex(range.substr(0, dash));
  mapping.end = hex(range.substr(dash + 1));
  if (mapping.end <= mapping.start) return std::nullopt;
  mapping.protection = (permissions[0] == 'r' ? prot_read : 0) | (permissions[1] == 'w' ? prot_write : 0) |
                       (permissions[2] == 'x' ? prot_execute : 0);
  mapping.shared = permissions[3] == 's';
  mapping.offset = hex(offset);
  const std::size_t name = line.find_first_not_of(' ');
  if (name != std::string_view::npos) mapping.name = std::make_shared<const std::string>(line.substr(name));
  return mapping;
}

}  // namespace

std::string Mapping::permissions() const {
  return {(protection & prot_read) != 0 ? 'r' : '-', (protection & prot_write) != 0 ? 'w' : '-',
          (protection & prot_execute) != 0 ? 'x' : '-'};
}

void MemoryMap::split(std::uint64_t address) {
  auto place = mappings_.upper_bound(address);
  if (place == mappings_.begin()) return;
  Mapping& lower = std::prev(place)->second;
  if (lower.start == address || lower.end <= address) return;
  Mapping upper = lower;
  upper.start = address;
  upper.offset = lower.offset_of(address);
  lower.end = address;
  mappings_.emplace_hint(place, address, std::move(upper));
}

void MemoryMap::remove(std::uint64_t start, std::uint64_t end) {
  split(start);
  split(end);
  mappings_.erase(mappings_.lower_bound(start), mappings_.lower_bound(end));
}

void MemoryMap::map(Mapping mapping) {
  if (mapping.end <= mapping.start) return;
  remove(mapping.start, mapping.end);
  if (mappings_.size() < mapping_limit) mappings_.emplace(mapping.start, std::move(mapping));
}

void MemoryMap::unmap(std::uint64_t start, std::uint64_t end, const Origin& by) {
  if (end <= start) return;
  split(start);
  split(end);
  const auto last = mappings_.lower_bound(end);
  for (auto place = mappings_.lower_bound(start); place != last; place = mappings_.erase(place)) {
    if (unmapped_.size() == unmapped_limit) unmapped_.pop_front();
    unmapped_.push_back({place->second, by});
  }
}

void MemoryMap::protect(std::uint64_t start, std::uint64_t end, std::uint32_t protection, const Origin& by) {
  if (end <= start) return;
  split(start);
  split(end);
  const auto last = mappings_.lower_bound(end);
  for (auto place = mappings_.lower_bound(start); place != last; ++place) {
    place->second.protection = protection;
    place->second.origin = by;
  }
}

void MemoryMap::move(std::uint64_t from, std::uint64_t old_length, std::uint64_t to, std::uint64_t new_length,
                     const Origin& by) {
  const Mapping* const found = at(from);
  Mapping moved = found ? *found : Mapping{};
  if (found) moved.offset = found->offset_of(from);
  remove(from, from + old_length);
  moved.start = to;
  moved.end = to + new_length;
  moved.origin = by;
  map(std::move(moved));
}

void MemoryMap::set_break(std::uint64_t address, const Origin& by) {
  static const auto heap_name = std::make_shared<const std::string>("[heap]");
  const auto heap = mappings_.find(heap_);
  if (heap_ == 0 || heap == mappings_.end()) {
    heap_ = address;
    map({.start = address, .end = address + 1, .protection = prot_read | prot_write, .name = heap_name, .origin = by});
    return;
  }
  if (address < heap->second.start) return;
  if (address < heap->second.end) return unmap(std::max(address, heap->second.start + 1), heap->second.end, by);
  heap->second.end = address;
  heap->second.origin = by;
}

void MemoryMap::replace_by(std::string_view maps) {
  std::map<std::uint64_t, Mapping> found;
  while (!maps.empty() && found.size() < mapping_limit) {
    const std::string_view line = maps.substr(0, maps.find('\n'));
    maps.remove_prefix(std::min(maps.size(), line.size() + 1));
    std::optional<Mapping> mapping = mapping_of(line);
    if (!mapping) continue;
    // What the calls told of it stays known: the text has neither who mapped it nor the file's identity.
    const Mapping* const known = at(mapping->start);
    if (known && known->start == mapping->start && known->label() == mapping->label()) {
      mapping->origin = known->origin;
      mapping->device = known->device;
      mapping->inode = known->inode;
    }
    if (mapping->label() == "[heap]") heap_ = mapping->start;
    found.emplace(mapping->start, *std::move(mapping));
  }
  mappings_ = std::move(found);
}

const Mapping* MemoryMap::at(std::uint64_t address) const {
  const auto place = mappings_.upper_bound(address);
  if (place == mappings_.begin()) return nullptr;
  const Mapping& below = std::prev(place)->second;
  return below.holds(address) ? &below : nullptr;
}

const Mapping* MemoryMap::above(std::uint64_t address) const {
  const auto place = mappings_.upper_bound(address);
  return place == mappings_.end() ? nullptr : &place->second;
}

const Unmapped* MemoryMap::unmapped_at(std::uint64_t address) const {
  if (at(address)) return nullptr;
  const auto found = std::find_if(unmapped_.rbegin(), unmapped_.rend(),
                                  [address](const Unmapped& gone) { return gone.was.holds(address); });
  return found == unmapped_.rend() ? nullptr : &*found;
}

std::uint64_t MemoryMap::total() const {
  std::uint64_t sum = 0;
  for (const auto& [start, mapping] : mappings_) sum += mapping.size();
  return sum;
}

}  // namespace sysreel
