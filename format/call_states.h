// What a call is expected to be, from the calls before it. Writer and reader keep the same states; see "Calls" in FORMAT.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/number_table.h"

namespace sysreel {

// Positions for which a content is remembered.
inline constexpr std::size_t remembered_blocks = 8;

// The blocks of the last call with this key that had the same outcome.
struct BlockState {
  std::uint32_t layout = 0;  // 0: no blocks; else number in the table + 1
  std::uint32_t contents_known = 0;  // how many of `contents` mean something
  std::array<std::uint32_t, remembered_blocks> contents{};
};

// Which blocks a call has depends on how it ended.
inline constexpr std::size_t outcome_count = 3;
constexpr std::size_t outcome_of(std::int64_t result) { return result < 0 ? 0 : result == 0 ? 1 : 2; }

// The last call with this key. All zero before the first one.
struct KeyState {
  std::int64_t result = 0;
  std::uint16_t flags = 0;
  std::array<BlockState, outcome_count> blocks{};
};

// The arguments behind the first.
using OtherArguments = std::array<std::uint64_t, 5>;

// The last call with a key by one task, that is, from one address space.
struct CallerState {
  std::uint64_t first_argument = 0;
  std::uint64_t ip = 0;
  std::uint32_t stack = 0;   // 0: none; else number of the content + 1
  std::uint32_t others = 0;  // number of the OtherArguments of the last call
  std::uint64_t descriptor = 0;  // that they belong to
};

// The states of callers and what they pass. One that is new begins as the last one of the same key, or task.
class CallerStates {
 public:
  CallerStates() { clear(); }

  // Valid until the next call of this.
  CallerState& of(std::uint32_t key, std::uint32_t task) {
    if (key >= keys_.size()) keys_.resize(key + 1);
    Recent& recent = keys_[key];
    if (!recent.known || recent.task != task) recent = {task, caller_of(key, task, recent), true};
    return callers_[recent.caller];
  }

  // What is expected behind this first argument: what was there when the caller had it last, if it is as small as
  // a descriptor, else what was there last. Valid until the next call of this.
  OtherArguments& others(CallerState& caller, std::uint64_t first_argument) {
    const std::uint64_t descriptor = std::min(first_argument, most_descriptors);
    if (caller.descriptor != descriptor) {
      caller.others = others_of(caller, descriptor);
      caller.descriptor = descriptor;
    }
    return others_[caller.others];
  }

  void clear() {
    keys_.clear();
    callers_.clear();
    others_.assign(1, {});
    callers_by_task_.clear();
    others_by_descriptor_.clear();
  }

 private:
  static constexpr std::uint64_t most_descriptors = 1024;
  static constexpr std::uint64_t no_descriptor = UINT64_MAX;
  struct Recent {
    std::uint32_t task = 0, caller = 0;
    bool known = false;
  };

  // The ways that are gone now and then only.
  [[gnu::noinline]] std::uint32_t caller_of(std::uint32_t key, std::uint32_t task, const Recent& recent) {
    auto [number, fresh] = callers_by_task_.number_of(std::uint64_t{key} << 32 | task);
    if (fresh) {
      number = static_cast<std::uint32_t>(callers_.size());
      callers_.push_back(recent.known ? CallerState(callers_[recent.caller]) : CallerState());
      callers_.back().descriptor = no_descriptor;
    }
    return number;
  }
  [[gnu::noinline]] std::uint32_t others_of(const CallerState& caller, std::uint64_t descriptor) {
    const auto caller_number = static_cast<std::uint64_t>(&caller - callers_.data());
    auto [number, fresh] = others_by_descriptor_.number_of(caller_number * (most_descriptors + 1) + descriptor);
    if (fresh) {
      number = static_cast<std::uint32_t>(others_.size());
      others_.push_back(OtherArguments(others_[caller.others]));
    }
    return number;
  }

  std::vector<Recent> keys_;  // the last caller of each
  std::vector<CallerState> callers_;
  std::vector<OtherArguments> others_;
  NumberTable callers_by_task_, others_by_descriptor_;
};

}  // namespace sysreel
