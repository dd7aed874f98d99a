// The order in which columns that stand by key, or by task, have the calls.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "format/call_columns.h"

namespace sysreel {

// Brings values that stand by the numbers of their calls into the order of the calls. Tasks come in runs, which is made use of.
template <typename Value>
void into_call_order(std::span<const std::uint32_t> numbers, std::span<const Value> stored, std::vector<Value>& ordered) {
  const auto each_run = [numbers](auto&& run) {
    for (std::size_t begin = 0, end = 0; begin < numbers.size(); begin = end) {
      while (end < numbers.size() && numbers[end] == numbers[begin]) ++end;
      run(group_of(numbers[begin]), begin, end - begin);
    }
  };
  std::array<std::size_t, call_groups + 1> cursors{};
  each_run([&](std::uint32_t group, std::size_t, std::size_t length) { cursors[group + 1] += length; });
  std::partial_sum(cursors.begin(), cursors.end(), cursors.begin());
  ordered.resize(numbers.size());
  each_run([&](std::uint32_t group, std::size_t begin, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) ordered[begin + i] = stored[cursors[group] + i];
    cursors[group] += length;
  });
}

// The order of the calls by key. Keeps its memory from chunk to chunk.
class CallGroups {
 public:
  // `numbers` has the key of each call.
  void sort(std::span<const std::uint32_t> numbers) {
    std::array<std::uint32_t, call_groups + 1> cursors{};
    for (const std::uint32_t number : numbers) ++cursors[group_of(number) + 1];
    std::partial_sum(cursors.begin(), cursors.end(), cursors.begin());
    calls_.resize(numbers.size());
    for (std::uint32_t i = 0; i < numbers.size(); ++i) calls_[cursors[group_of(numbers[i])]++] = i;
  }

  // Numbers of all calls: group after group, each in the order of the calls.
  std::span<const std::uint32_t> calls() const { return calls_; }

 private:
  std::vector<std::uint32_t> calls_;
};

}  // namespace sysreel
