// Byte strings of a chunk, each kept once and known by its number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "format/column.h"
#include "format/event.h"

namespace sysreel {

// The writing side: numbers strings from 0 in the order in which they come.
class StringTableWriter {
 public:
  // Longer strings are not compared with others: they are data, rarely repeated, and hashing them costs.
  static constexpr std::size_t longest_shared = 4096;

  struct Entry {
    std::uint32_t id;
    bool fresh;  // it was not in the table
  };

  Entry intern(ByteSpan text) {
    if (text.size() > longest_shared) return {append(text), true};
    if ((strings_.size() + 1) * 2 > slots_.size()) rehash();
    const std::uint64_t hash = hash_of(text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      const Slot& candidate = slots_[slot];
      if (candidate.generation != generation_) {
        slots_[slot] = {tag_of(hash), generation_, static_cast<std::uint32_t>(strings_.size())};
        return {append(text), true};
      }
      if (candidate.tag == tag_of(hash) && equals(candidate.id, text)) return {candidate.id, false};
    }
  }

  bool equals(std::uint32_t id, ByteSpan text) const {
    const String& string = strings_[id];
    return string.length == text.size() && same(bytes_.bytes().data() + string.offset, text.data(), text.size());
  }

  ByteSpan operator[](std::uint32_t id) const { return bytes_.bytes().subspan(strings_[id].offset, strings_[id].length); }

  const ColumnWriter& lengths() const { return lengths_; }
  const ColumnWriter& bytes() const { return bytes_; }
  std::size_t size() const { return strings_.size(); }

  void clear() {
    strings_.clear();
    lengths_.clear();
    bytes_.clear();
    if (++generation_ == 0) {
      std::fill(slots_.begin(), slots_.end(), Slot());
      generation_ = 1;
    }
  }

 private:
  struct String {
    std::size_t offset;
    std::size_t length;
  };
  // Small, because a look at one usually misses the cache.
  struct Slot {
    std::uint16_t tag = 0;         // of the hash, what did not choose the slot
    std::uint16_t generation = 0;  // of the table when the slot was filled; older ones are free
    std::uint32_t id = 0;
  };

  // Most are short, and some have just been written: wider loads would wait for that.
  static bool same(const std::byte* a, const std::byte* b, std::size_t size) {
    if (size > 64) return std::memcmp(a, b, size) == 0;
    for (; size >= 8; a += 8, b += 8, size -= 8) {
      std::uint64_t left = 0, right = 0;
      std::memcpy(&left, a, 8);
      std::memcpy(&right, b, 8);
      if (left != right) return false;
    }
    for (; size > 0; ++a, ++b, --size) {
      if (*a != *b) return false;
    }
    return true;
  }

  static std::uint16_t tag_of(std::uint64_t hash) { return static_cast<std::uint16_t>(hash >> 48); }

  static std::uint64_t hash_of(ByteSpan text) {
    std::uint64_t hash = text.size() * 0x9E3779B97F4A7C15;
    const std::byte* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      hash = mix(hash ^ word);
    }
    if (left > 0) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, left);
      hash = mix(hash ^ word);
    }
    return hash;
  }
  static std::uint64_t mix(std::uint64_t word) {
    word *= 0xD6E8FEB86659FD93;
    return (word ^ (word >> 32)) * 0x9E3779B97F4A7C15;
  }

  std::uint32_t append(ByteSpan text) {
    strings_.push_back({bytes_.size(), text.size()});
    lengths_.put(text.size());
    bytes_.put_bytes(text);
    return static_cast<std::uint32_t>(strings_.size() - 1);
  }

  void rehash() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), Slot());
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t id = 0; id < strings_.size(); ++id) {
      const ByteSpan text = (*this)[id];
      if (text.size() > longest_shared) continue;
      const std::uint64_t hash = hash_of(text);
      std::size_t slot = hash & mask;
      while (slots_[slot].generation == generation_) slot = (slot + 1) & mask;
      slots_[slot] = {tag_of(hash), generation_, id};
    }
  }

  std::vector<String> strings_;
  std::vector<Slot> slots_;
  std::uint16_t generation_ = 1;
  ColumnWriter lengths_;
  ColumnWriter bytes_;
};

// The reading side: views into the chunk.
class StringTable {
 public:
  // False if the lengths do not add up to the bytes.
  bool load(ByteSpan lengths, ByteSpan bytes) {
    strings_.clear();
    ColumnReader length(lengths);
    ColumnReader content(bytes);
    while (!length.at_end() && length.good() && content.good()) strings_.push_back(content.bytes(length.get()));
    return length.good() && content.spent();
  }

  std::size_t size() const { return strings_.size(); }
  ByteSpan operator[](std::size_t id) const { return strings_[id]; }

 private:
  std::vector<ByteSpan> strings_;
};

}  // namespace sysreel
