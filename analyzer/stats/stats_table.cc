#include "analyzer/stats/stats_table.h"

#include <fmt/format.h>

#include <iterator>
#include <span>

#include "analyzer/export/quoting.h"
#include "analyzer/stats/text_table.h"

namespace sysreel {
namespace {

using Rows = std::span<const StatsRow>;

// What to show: as asked for; else what is usual and measured, and what it is sorted by.
std::vector<const FigureColumn*> shown_columns(const Cell& all, const StatsTableOptions& options) {
  if (!options.columns.empty()) return options.columns;
  std::vector<const FigureColumn*> shown;
  for (const FigureColumn& column : figure_columns()) {
    const bool measured = column.value(all) >= 0 || (column.key != "cpu" && column.key != "wait");
    if ((column.usual && measured) || column.key == options.sort) shown.push_back(&column);
  }
  return shown;
}

std::string as_text(Rows rows, const CallFigures& all, const StatsTableOptions& options, std::uint64_t lost) {
  const auto shown = shown_columns({all, all}, options);
  TextTable table;
  const auto add = [&](const auto& cell_of, std::string_view name) {
    std::vector<std::string> cells;
    for (const FigureColumn* const column : shown) cells.push_back(cell_of(*column));
    cells.push_back(printable(name));
    table.add(std::move(cells));
  };
  add([](const FigureColumn& c) { return std::string(c.heading); }, options.group);
  table.add_rule();
  for (const StatsRow& row : rows) add([&](const FigureColumn& c) { return text_of(c.unit, c.value({*row.figures, all})); }, row.name);
  table.add_rule();
  add([&](const FigureColumn& c) { return text_of(c.unit, c.value({all, all})); }, "total");
  std::string out = table.text();
  if (all.timed < all.calls) fmt::format_to(std::back_inserter(out), "{} of {} calls have no duration\n", all.calls - all.timed, all.calls);
  return out + loss_line(lost);
}

std::string as_csv(Rows rows, const CallFigures& all, const StatsTableOptions& options) {
  std::string out(options.group);
  for (const FigureColumn& column : figure_columns()) fmt::format_to(std::back_inserter(out), ",{}", column.key);
  out.push_back('\n');
  for (const StatsRow& row : rows) {
    out += csv_quoted(row.name);
    for (const FigureColumn& column : figure_columns()) out += ',' + number_of(column.unit, column.value({*row.figures, all}));
    out.push_back('\n');
  }
  return out;
}

std::string json_histogram(const Histogram& histogram) {
  std::string out = "[";
  for (unsigned power = 0; power < histogram.powers(); ++power) {
    const std::uint64_t count = histogram.in_power_of_two(power);
    if (count == 0) continue;
    const std::uint64_t from = power == 0 ? 0 : std::uint64_t{1} << power;
    fmt::format_to(std::back_inserter(out), "{}[{},{},{}]", out.size() > 1 ? "," : "", from, std::uint64_t{2} << power, count);
  }
  return out + "]";
}

std::string json_object(std::string_view name, const CallFigures& figures, const CallFigures& all) {
  std::string out = fmt::format("{{\"name\":{}", json_quoted(name));
  for (const FigureColumn& column : figure_columns()) {
    const std::string number = number_of(column.unit, column.value({figures, all}));
    fmt::format_to(std::back_inserter(out), ",\"{}\":{}", column.key, number.empty() ? "null" : number);
  }
  return out + ",\"histogram\":" + json_histogram(figures.durations) + "}";
}

std::string as_json(Rows rows, const CallFigures& all, const StatsTableOptions& options, std::uint64_t lost) {
  std::string out = fmt::format("{{\"group\":{},\"unit\":\"ns\",\"lost\":{},\"rows\":[", json_quoted(options.group), lost);
  for (const StatsRow& row : rows) {
    if (&row != rows.data()) out += ",\n";
    out += json_object(row.name, *row.figures, all);
  }
  return out + "],\n\"total\":" + json_object("total", all, all) + "}\n";
}

}  // namespace

std::string loss_line(std::uint64_t lost) {
  return lost == 0 ? std::string() : fmt::format("{} calls happened and were lost: these figures are incomplete\n", lost);
}

std::string stats_table(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost) {
  sort_rows(rows, options.sort);
  const CallFigures all = sum_of(rows);
  const Rows shown = first_rows(rows, options.top);
  switch (options.style) {
    case TableStyle::text: return as_text(shown, all, options, lost);
    case TableStyle::csv: return as_csv(shown, all, options);
    case TableStyle::json: return as_json(shown, all, options, lost);
  }
  return {};
}

}  // namespace sysreel
