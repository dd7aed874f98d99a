// The table of trace-stats: one row a group of calls, columns and order as asked for, as text, CSV or JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/stats/figure_columns.h"

namespace sysreel {

enum class TableStyle : unsigned char { text, csv, json };

struct StatsTableOptions {
  std::string_view group = "syscall";  // heading of the name column
  std::string_view sort = "time";      // a figure's key, or "name"
  std::size_t top = 0;                 // rows shown; 0: all. The total line counts every row
  std::vector<const FigureColumn*> columns{};  // of the text; empty: the usual ones and the one sorted by
  TableStyle style = TableStyle::text;
};

// The finished table. `lost` calls are stated in a line of their own (text) or a member (JSON); CSV has no place for them.
// JSON has each row's histogram, as [first ns, first ns beyond, calls] for each power of two, and CSV and JSON have every figure.
std::string stats_table(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost);

// "17 calls happened and were lost …\n"; empty if none were.
std::string loss_line(std::uint64_t lost);

}  // namespace sysreel
