#include "analyzer/stats/timeline.h"

#include <utility>

namespace sysreel {
namespace {

std::int64_t floor_division(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

constexpr std::int64_t longest_interval = INT64_MAX / 16;

}  // namespace

void Timeline::enter_interval(Nanos time) {
  std::int64_t number = floor_division(time.value, interval_.value);
  while (intervals_.size() >= limit_ && !intervals_.contains(number) && interval_.value < longest_interval) {
    fold();
    number = floor_division(time.value, interval_.value);
  }
  current_ = &intervals_[number];
  // Where this wraps around, at the end of all time, the next call looks again.
  current_from_ = {static_cast<std::int64_t>(static_cast<std::uint64_t>(number) * static_cast<std::uint64_t>(interval_.value))};
  current_to_ = current_from_ + interval_;
}

void Timeline::fold() {
  const std::int64_t factor = folds_++ % 2 == 0 ? 2 : 5;
  interval_.value *= factor;
  current_ = nullptr;
  for (auto& [number, figures] : std::exchange(intervals_, {})) intervals_[floor_division(number, factor)].merge(figures);
}

void Timeline::merge(const Timeline& other) {
  Timeline theirs = other;
  while (folds_ < theirs.folds_) fold();
  while (theirs.folds_ < folds_) theirs.fold();
  for (const auto& [number, figures] : theirs.intervals_) intervals_[number].merge(figures);
  while (intervals_.size() > limit_ && interval_.value < longest_interval) fold();
  current_ = nullptr;
}

}  // namespace sysreel
