// What can be said of a group of calls, a row for each figure: how it is called, what it measures, how it prints.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/stats/call_figures.h"
#include "analyzer/stats/figure_table.h"

namespace sysreel {

// Times are nanoseconds as values; in text they print in the unit.
enum class Unit : unsigned char { percent, seconds, micros, count };

// The figures of one row together with those of the whole table, which shares refer to.
struct Cell {
  const CallFigures& row;
  const CallFigures& all;
};

struct FigureColumn {
  std::string_view key;      // of --sort and --columns, of JSON and CSV
  std::string_view heading;  // of the text table
  Unit unit;
  bool usual;                // shown if nothing else was asked for
  double (*value)(const Cell&);  // below zero: not measured
};

// Every figure, in the order in which they are shown.
std::span<const FigureColumn> figure_columns();
// nullptr if there is none of that name.
const FigureColumn* figure_column(std::string_view key);

// "12.5", "-" if it was not measured.
std::string text_of(Unit unit, double value);
// The same for machines: nanoseconds, and nothing where it was not measured.
std::string number_of(Unit unit, double value);

CallFigures sum_of(std::span<const StatsRow> rows);

// Sorts descending by the key, by name ascending where equal or if the key is "name". False if there is no such key.
bool sort_rows(std::vector<StatsRow>& rows, std::string_view key);

// The first `top` of them, all if it is 0.
std::span<const StatsRow> first_rows(std::span<const StatsRow> rows, std::size_t top);

}  // namespace sysreel
