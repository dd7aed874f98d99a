// The table of trace-stats: one row a group of calls, columns and order as asked for, as text, CSV or JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/stats/call_stats.h"

namespace sysreel {

// One row: what is grouped, and its figures. The figures are owned by the analysis.
struct StatsRow {
  std::string name;
  const CallFigures* figures;
};

enum class TableStyle : unsigned char { text, csv, json };

struct StatsTableOptions {
  std::string_view sort = "time";  // a column's key; see sort_keys()
  std::size_t top = 0;             // rows shown; 0: all. The total line counts every row
  TableStyle style = TableStyle::text;
  std::string_view group = "syscall";  // heading of the name column
};

// Every key that --sort takes, in the order of the columns, for help and error messages.
std::span<const std::string_view> sort_keys();

// Sorts descending by the key, by name ascending where equal. False if there is no such key.
bool sort_rows(std::vector<StatsRow>& rows, std::string_view key);

// The finished table. `lost` calls are stated in a line of their own (text) or a member (JSON).
std::string stats_table(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost);

}  // namespace sysreel
