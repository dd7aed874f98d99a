// A timeline as text, CSV or JSON: rate, errors and latency of the calls in each interval.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/stats/stats_table.h"
#include "analyzer/stats/timeline.h"

namespace sysreel {

// Intervals are named by the seconds from the beginning of the recording to theirs, as --window takes them. Those in which
// nothing ended are rows of zeros between others.
std::string timeline_table(const Timeline& timeline, TableStyle style, std::uint64_t lost);

}  // namespace sysreel
