// How the tracer waits for the next stop: asleep, or awake for a while.
//
// A stop is over in a few microseconds, and to wake a sleeper on another CPU can take ten times as long. What is best depends
// on the machine and on who else wants its CPUs, and changes from moment to moment. So it is measured: now and then each manner
// is tried in turn, and the one after which the stops came soonest is kept until the next trial. Where more threads want to run
// than there are CPUs, nobody who waits stays awake.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

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
  // `crowded` tells whether more threads want to run now than there are CPUs.
  explicit Patience(unsigned cpus, std::function<bool()> crowded = {}) : crowd_(std::move(crowded)), manners_(cpus > 1 ? 3 : 2) {}

  // For the wait that begins.
  Waiting manner() const { return in_vain_ || crowded_ ? Waiting::asleep : chosen(); }
  // A stop came, so long after the one before it. From stop to stop, because the tracee may run, and stop again, before the
  // tracer that resumed it has come to wait.
  void came_after(Nanos time);
  // Nothing came while awake. The rest of this wait is slept through.
  void nothing_came() { in_vain_ = true; }

 private:
  // Waits of one manner in a row: long enough to feel that a CPU is shared. Who stays awake uses up its share of it in a
  // while, and is then kept waiting for milliseconds.
  static constexpr unsigned trial_length = 256;
  static constexpr unsigned between_trials = 8192;
  static constexpr unsigned between_looks = 256;  // at the crowd

  Waiting chosen() const { return static_cast<Waiting>(trying_ ? waits_ / trial_length : best_); }
  void judge();

  bool meets_a_crowd();

  const std::function<bool()> crowd_;
  const unsigned manners_;
  bool crowded_ = false;
  unsigned stops_ = 0;
  bool trying_ = true;
  bool in_vain_ = false;
  unsigned waits_ = 0;  // in this trial, or since the last one
  std::size_t best_ = 0;
  std::array<std::int64_t, 3> times_{};  // of a trial
};

}  // namespace sysreel
