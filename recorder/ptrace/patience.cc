#include "recorder/ptrace/patience.h"

#include <algorithm>

namespace sysreel {
namespace {

constexpr std::int64_t longest_counted = 10'000'000;  // ns; a call that blocks says nothing about the manner of waiting for it

}  // namespace

void Patience::came_after(Nanos time) {
  in_vain_ = false;
  if (meets_a_crowd()) return;
  bool hopeless = false;
  if (trying_) {
    std::int64_t& spent = times_[static_cast<std::size_t>(chosen())];
    spent += std::min(time.value, longest_counted);
    hopeless = spent > 2 * times_[0] && chosen() != Waiting::asleep;
  }
  // Who yields to a program that computes may get the CPU back milliseconds later: a few of those say enough.
  waits_ = hopeless ? (waits_ / trial_length + 1) * trial_length : waits_ + 1;
  if (trying_ && waits_ == trial_length * manners_) judge();
  if (!trying_ && waits_ == between_trials) {
    trying_ = true;
    waits_ = 0;
  }
}

// Behind a crowd everything is tried anew.
bool Patience::meets_a_crowd() {
  if (!crowd_ || stops_++ % between_looks != 0) return crowded_;
  crowded_ = crowd_();
  if (!crowded_) return false;
  trying_ = true;
  waits_ = 0;
  times_ = {};
  return true;
}

// Being awake costs a CPU, so it has to gain a tenth.
void Patience::judge() {
  best_ = 0;
  for (std::size_t i = 1; i < manners_; ++i) {
    if (times_[i] < times_[0] / 10 * 9 && (best_ == 0 || times_[i] < times_[best_])) best_ = i;
  }
  times_ = {};
  trying_ = false;
  waits_ = 0;
}

}  // namespace sysreel
