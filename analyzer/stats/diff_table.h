// Two recordings side by side: what got slower, and what it costs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/stats/stats_table.h"

namespace sysreel {

// The rows of one side, and the calls lost in it.
struct DiffSide {
  std::vector<StatsRow> rows;
  std::uint64_t lost = 0;
};

// A row for each group that one of the sides has; first what costs most: the calls made now, each by as much as it takes longer
// on average than it took before. Counts and percentiles of both sides. Of the options `sort` is not used.
std::string diff_table(DiffSide before, DiffSide now, const StatsTableOptions& options);

}  // namespace sysreel
