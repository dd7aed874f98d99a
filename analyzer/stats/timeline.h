// Figures of calls over time: one set for each interval of a recording.
#pragma once

#include <cstdint>
#include <map>

#include "analyzer/stats/call_figures.h"

namespace sysreel {

// A call counts in the interval in which it ended. Intervals begin at `origin` and, where there would be too many of them, are
// put together, 2 and 5 of them in turn, so that 1 ms becomes 2 ms, 10 ms, 20 ms … Memory is bounded. Mergeable.
class Timeline {
 public:
  // As many intervals as fit a screen, as long as it takes.
  static constexpr std::size_t automatic_limit = 60;
  static constexpr std::size_t explicit_limit = 10000;

  explicit Timeline(Nanos interval = {1'000'000}, std::size_t limit = automatic_limit) : interval_(interval), limit_(limit) {}

  // Times are counted from here on from `origin`: for each reel the moment, by its clock, when the first reel began.
  void relate(Nanos origin) {
    origin_ = origin;
    current_ = nullptr;
  }

  void add(Nanos end, std::uint16_t flags, std::int64_t result, Nanos duration, Nanos cpu) {
    const Nanos time = end - origin_;
    if (current_ == nullptr || time < current_from_ || time >= current_to_) enter_interval(time);
    current_->add(flags, result, duration, cpu);
  }
  // The other one must have begun with the same interval and limit.
  void merge(const Timeline& other);

  Nanos interval() const { return interval_; }
  // By number: interval n begins n times interval() after the origin. Those in which nothing ended are missing.
  const std::map<std::int64_t, CallFigures>& intervals() const { return intervals_; }

 private:
  void enter_interval(Nanos time);
  void fold();

  Nanos interval_;
  std::size_t limit_;
  Nanos origin_;
  unsigned folds_ = 0;
  std::map<std::int64_t, CallFigures> intervals_;
  CallFigures* current_ = nullptr;
  Nanos current_from_, current_to_;
};

}  // namespace sysreel
