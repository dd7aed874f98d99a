// How many calls took how long: bars on a terminal, one for each power of two, and the same as CSV.
#pragma once

#include <string>
#include <vector>

#include "analyzer/stats/stats_table.h"

namespace sysreel {

// One chart a row, in the order and number that the options ask for. Of the styles it has text and CSV; JSON is that of
// stats_table(), which holds the histograms.
std::string histogram_chart(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost);

}  // namespace sysreel
