#include "analyzer/stats/call_figures.h"

#include <algorithm>

namespace sysreel {

void CallFigures::add(const CallTally& tally) {
  calls += tally.calls;
  errors += tally.errors;
  total = total + tally.time;
  max = std::max(max, tally.longest);
  for (const CallTally::Bucket& bucket : tally.durations) {
    timed += bucket.calls;
    min = std::min(min, bucket.duration);
    durations.add(bucket.duration, bucket.calls);
  }
}

void CallFigures::merge(const CallFigures& other) {
  calls += other.calls;
  errors += other.errors;
  total = total + other.total;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  on_cpu = on_cpu + other.on_cpu;
  on_cpu_of = on_cpu_of + other.on_cpu_of;
  on_cpu_known += other.on_cpu_known;
  timed += other.timed;
  durations.merge(other.durations);
}

Nanos CallFigures::percentile(double fraction) const { return std::clamp(durations.percentile(fraction), std::min(min, max), max); }

}  // namespace sysreel
