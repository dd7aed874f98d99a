// The order in which columns that stand by key have the calls.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "format/call_columns.h"

namespace sysreel {

// Keeps its memory from chunk to chunk.
class KeyGroups {
 public:
  // `keys` has the key of each call.
  void sort(std::span<const std::uint32_t> keys) {
    std::array<std::uint32_t, key_groups + 1> cursors{};
    for (const std::uint32_t key : keys) ++cursors[group_of(key) + 1];
    std::partial_sum(cursors.begin(), cursors.end(), cursors.begin());
    calls_.resize(keys.size());
    for (std::uint32_t i = 0; i < keys.size(); ++i) calls_[cursors[group_of(keys[i])]++] = i;
  }

  // Numbers of all calls: group after group, each in the order of the calls.
  std::span<const std::uint32_t> calls() const { return calls_; }

 private:
  std::vector<std::uint32_t> calls_;
};

}  // namespace sysreel
