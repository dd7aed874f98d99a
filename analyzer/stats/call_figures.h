// What is known of a group of system calls: counts, errors and times, in a form that adds up.
#pragma once

#include <cstdint>

#include "analyzer/stats/histogram.h"
#include "format/call_tally.h"
#include "format/event.h"

namespace sysreel {

// Times are wall-clock time inside the call unless they say otherwise.
struct CallFigures {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  Nanos total;
  Nanos min{INT64_MAX};
  Nanos max;
  Nanos on_cpu;                    // on a CPU inside the calls; meaningful if on_cpu_known is not 0
  Nanos on_cpu_of;                 // the duration of the calls for which it was measured
  std::uint64_t on_cpu_known = 0;  // their number
  std::uint64_t timed = 0;         // calls with a duration
  Histogram durations;

  // Adds one call that is neither hidden nor in flight. `cpu` is negative where it was not measured.
  void add(std::uint16_t flags, std::int64_t result, Nanos duration, Nanos cpu) {
    ++calls;
    if (!(flags & call_no_result) && is_error(result)) ++errors;
    if (flags & (call_no_duration | call_start_unknown | call_no_result)) return;
    ++timed;
    total = total + duration;
    if (duration < min) min = duration;
    if (max < duration) max = duration;
    durations.add(duration);
    if (cpu.value < 0) return;
    on_cpu = on_cpu + cpu;
    on_cpu_of = on_cpu_of + duration;
    ++on_cpu_known;
  }
  // Adds calls that were only counted; the shortest of them is not known better than its bucket.
  void add(const CallTally& tally);
  void merge(const CallFigures& other);

  Nanos average() const { return timed ? Nanos{total.value / static_cast<std::int64_t>(timed)} : Nanos{}; }
  // Not on a CPU: blocked, or waiting for its turn.
  Nanos waited() const { return on_cpu_of - on_cpu; }
  // Of the histogram; never above the largest value, beyond which a bucket may reach.
  Nanos percentile(double fraction) const;
};

}  // namespace sysreel
