#include "analyzer/stats/figure_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sysreel {
namespace {

double number(Nanos time) { return static_cast<double>(time.value); }
double if_timed(const Cell& cell, Nanos time) { return cell.row.timed != 0 ? number(time) : -1; }
double if_on_cpu(const Cell& cell, Nanos time) { return cell.row.on_cpu_known != 0 ? number(time) : -1; }
double percentile(const Cell& cell, double fraction) { return if_timed(cell, cell.row.percentile(fraction)); }
double share(Nanos part, Nanos whole) { return whole.value > 0 ? 100.0 * number(part) / number(whole) : 0.0; }

constexpr FigureColumn columns[] = {
    {"share", "% time", Unit::percent, true, [](const Cell& c) { return share(c.row.total, c.all.total); }},
    {"time", "time s", Unit::seconds, true, [](const Cell& c) { return number(c.row.total); }},
    {"cpu", "cpu s", Unit::seconds, true, [](const Cell& c) { return if_on_cpu(c, c.row.on_cpu); }},
    {"wait", "wait s", Unit::seconds, true, [](const Cell& c) { return if_on_cpu(c, c.row.waited()); }},
    {"avg", "avg us", Unit::micros, true, [](const Cell& c) { return if_timed(c, c.row.average()); }},
    {"min", "min us", Unit::micros, false, [](const Cell& c) { return if_timed(c, c.row.min); }},
    {"p50", "p50 us", Unit::micros, true, [](const Cell& c) { return percentile(c, 0.5); }},
    {"p90", "p90 us", Unit::micros, false, [](const Cell& c) { return percentile(c, 0.9); }},
    {"p99", "p99 us", Unit::micros, true, [](const Cell& c) { return percentile(c, 0.99); }},
    {"p999", "p99.9 us", Unit::micros, false, [](const Cell& c) { return percentile(c, 0.999); }},
    {"max", "max us", Unit::micros, true, [](const Cell& c) { return if_timed(c, c.row.max); }},
    {"calls", "calls", Unit::count, true, [](const Cell& c) { return static_cast<double>(c.row.calls); }},
    {"errors", "errors", Unit::count, true, [](const Cell& c) { return static_cast<double>(c.row.errors); }},
};

}  // namespace

std::span<const FigureColumn> figure_columns() { return columns; }

const FigureColumn* figure_column(std::string_view key) {
  const auto* const found = std::find_if(std::begin(columns), std::end(columns), [&](const FigureColumn& c) { return c.key == key; });
  return found == std::end(columns) ? nullptr : found;
}

std::string text_of(Unit unit, double value) {
  if (value < 0) return "-";
  switch (unit) {
    case Unit::percent: return fmt::format("{:.2f}", value);
    case Unit::seconds: return fmt::format("{:.6f}", value / 1e9);
    case Unit::micros: return fmt::format("{:.1f}", value / 1e3);
    case Unit::count: return fmt::format("{:.0f}", value);
  }
  return {};
}

std::string number_of(Unit unit, double value) {
  return value < 0 ? std::string() : fmt::format("{:.{}f}", value, unit == Unit::percent ? 4 : 0);
}

CallFigures sum_of(std::span<const StatsRow> rows) {
  CallFigures all;
  for (const StatsRow& row : rows) all.merge(*row.figures);
  return all;
}

bool sort_rows(std::vector<StatsRow>& rows, std::string_view key) {
  std::stable_sort(rows.begin(), rows.end(), [](const StatsRow& a, const StatsRow& b) { return a.name < b.name; });
  if (key == "name") return true;
  const FigureColumn* const column = figure_column(key);
  if (column == nullptr) return false;
  const CallFigures all = sum_of(rows);
  struct Keyed {
    double value;
    StatsRow row;
  };
  std::vector<Keyed> keyed;
  for (StatsRow& row : rows) keyed.push_back({column->value({*row.figures, all}), std::move(row)});
  std::stable_sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) { return a.value > b.value; });
  rows.clear();
  for (Keyed& each : keyed) rows.push_back(std::move(each.row));
  return true;
}

std::span<const StatsRow> first_rows(std::span<const StatsRow> rows, std::size_t top) {
  return top != 0 && top < rows.size() ? rows.first(top) : rows;
}

}  // namespace sysreel
