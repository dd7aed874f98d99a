// How the tracer waits for the next stop: asleep, or awake for a while.
//
// A stop is over in a few microseconds, and to wake a sleeper on another CPU can take ten times as long. What is best depends
// on the machine and on who else wants its CPUs, and changes from moment to moment. So it is measured: now and then each manner
// is tried in turn, and the one after which the stops came soonest is kept until the next trial.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "format/ids.h"

namespace sysreel {

enum class Waiting : std::uint8_t {
  asleep,
  yielding,  // awake, and letting others have the CPU: the tracee may be waiting for it
  looking,   // awake, on a CPU of its own
};

// Used by one thread.
class Patience {
 public:
  // Awake no wait lasts longer than this.
  static constexpr Nanos most_awake{60'000};

  // `cpus`: how many the tracer may run on. On a single one, whoever looks keeps the tracee from running.
  explicit Patience(unsigned cpus) : manners_(cpus > 1 ? 3 : 2) {}

  // For the wait that begins.
  Waiting manner() const { return in_vain_ ? Waiting::asleep : chosen(); }
  // A stop came, so long after the one before it. From stop to stop, because the tracee may run, and stop again, before the
  // tracer that resumed it has come to wait.
  void came_after(Nanos time);
  // Nothing came while awake. The rest of this wait is slept through.
  void nothing_came() { in_vain_ = true; }

 private:
  static constexpr unsigned trial_length = 16;  // waits of one manner in a row
  static constexpr unsigned passes = 2;         // each manner's turns in a trial
  static constexpr unsigned between_trials = 2048;

  Waiting chosen() const { return static_cast<Waiting>(trying_ ? waits_ / trial_length % manners_ : best_); }
  void judge();

  const unsigned manners_;
  bool trying_ = true;
  bool in_vain_ = false;
  unsigned waits_ = 0;  // in this trial, or since the last one
  std::size_t best_ = 0;
  std::array<std::int64_t, 3> times_{};  // of a trial
};

}  // namespace sysreel
