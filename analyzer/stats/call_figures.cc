#include "analyzer/stats/call_figures.h"

#include <algorithm>

namespace sysreel {

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
