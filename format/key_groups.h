// Which calls have which key, for columns whose values stand by key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sysreel {

// The calls of a chunk, those of the first key first, those of one key in their order. Keeps its memory from chunk to chunk.
class KeyGroups {
 public:
  // `keys` has the key of each call, below `key_count`.
  void sort(std::span<const std::uint32_t> keys, std::size_t key_count);

  // Numbers of all calls, group after group.
  std::span<const std::uint32_t> calls() const { return calls_; }
  // Numbers of the calls with this key.
  std::span<const std::uint32_t> calls_of(std::size_t key) const {
    return calls().subspan(begins_[key], begins_[key + 1] - begins_[key]);
  }

 private:
  std::vector<std::uint32_t> calls_;
  std::vector<std::uint32_t> begins_;  // of each group, and the end of the last
  std::vector<std::uint32_t> cursors_;
};

inline void KeyGroups::sort(std::span<const std::uint32_t> keys, std::size_t key_count) {
  begins_.assign(key_count + 1, 0);
  for (const std::uint32_t key : keys) ++begins_[key + 1];
  for (std::size_t key = 0; key < key_count; ++key) begins_[key + 1] += begins_[key];
  cursors_.assign(begins_.begin(), begins_.end());
  calls_.resize(keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) calls_[cursors_[keys[i]]++] = i;
}

}  // namespace sysreel
