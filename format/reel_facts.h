// What a reel is about, without any of its details: how much of what, what is missing, and how it ended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "format/every_event.h"

namespace sysreel {

// Counts events as they pass. Memory does not grow with them.
class ReelFacts final : public EveryEvent<ReelFacts> {
 public:
  struct Ending {
    Nanos time;
    EndReason reason = EndReason::unknown;
    std::int32_t command_status = -1;
    std::string message;
  };

  std::uint64_t count(std::uint8_t kind) const { return counts_[kind]; }
  std::uint64_t failed_calls() const { return failed_calls_; }
  std::uint64_t in_flight_calls() const { return in_flight_calls_; }
  // Of calls, and of other events, by LossCause.
  std::uint64_t lost_calls(LossCause cause) const { return lost_calls_[static_cast<std::size_t>(cause)]; }
  std::uint64_t lost_others(LossCause cause) const { return lost_others_[static_cast<std::size_t>(cause)]; }
  // Calls that did not pass the filter: recorded + lost + filtered = happened.
  std::uint64_t filtered_calls() const { return filtered_calls_; }
  const std::optional<Ending>& ending() const { return ending_; }

 private:
  friend EveryEvent<ReelFacts>;
  template <typename Event>
  void take(const Event& event) {
    ++counts_[kind_of<Event>];
    note(event);
  }
  void note(const Call&);
  void note(const Loss&);
  void note(const Snapshot&);
  void note(const End&);
  template <typename Event>
  void note(const Event&) {}

  std::array<std::uint64_t, event_kind_count> counts_{};
  std::uint64_t failed_calls_ = 0;
  std::uint64_t in_flight_calls_ = 0;
  std::uint64_t filtered_calls_ = 0;
  std::array<std::uint64_t, loss_cause_count> lost_calls_{};
  std::array<std::uint64_t, loss_cause_count> lost_others_{};
  std::optional<Ending> ending_;
};

// In words, as reports say it: "the buffer was full".
const char* describe(LossCause cause);
const char* describe(EndReason reason);

}  // namespace sysreel
