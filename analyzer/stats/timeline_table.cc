#include "analyzer/stats/timeline_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "analyzer/stats/text_table.h"

namespace sysreel {
namespace {

struct Row {
  double from = 0;  // seconds
  const CallFigures* figures = nullptr;
};

// With the gaps filled, as far as that makes no more rows than a timeline has at most.
std::vector<Row> rows_of(const Timeline& timeline) {
  static const CallFigures nothing;
  std::vector<Row> rows;
  const auto row = [&](std::int64_t number, const CallFigures& figures) {
    rows.push_back({static_cast<double>(number) * static_cast<double>(timeline.interval().value) / 1e9, &figures});
  };
  std::int64_t next = timeline.intervals().empty() ? 0 : timeline.intervals().begin()->first;
  for (const auto& [number, figures] : timeline.intervals()) {
    const auto gap = static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(next);
    if (gap <= Timeline::explicit_limit) {
      for (; next < number; ++next) row(next, nothing);
    }
    row(number, figures);
    next = number + 1;
  }
  return rows;
}

double per_second(const CallFigures& figures, Nanos interval) {
  return static_cast<double>(figures.calls) * 1e9 / static_cast<double>(interval.value);
}

// As many digits as the interval needs.
std::string seconds(double value, Nanos interval) {
  const int digits = interval.value % 1'000'000'000 == 0 ? 0 : interval.value % 1'000'000 == 0 ? 3 : 9;
  return fmt::format("{:.{}f}", value, digits);
}

std::string as_text(const Timeline& timeline, const std::vector<Row>& rows) {
  constexpr double bar_width = 30;
  const Nanos interval = timeline.interval();
  std::uint64_t most = 1;
  for (const Row& row : rows) most = std::max(most, row.figures->calls);
  TextTable table;
  table.add({"from s", "calls", "calls/s", "errors", "avg us", "p50 us", "p99 us", "max us", "calls"});
  table.add_rule();
  for (const Row& row : rows) {
    std::vector<std::string> cells = {seconds(row.from, interval), fmt::format("{}", row.figures->calls),
                                      fmt::format("{:.0f}", per_second(*row.figures, interval)), fmt::format("{}", row.figures->errors)};
    for (const std::string_view key : {"avg", "p50", "p99", "max"}) {
      cells.push_back(text_of(Unit::micros, figure_column(key)->value({*row.figures, *row.figures})));
    }
    const double share = static_cast<double>(row.figures->calls) / static_cast<double>(most);
    cells.push_back(std::string(static_cast<std::size_t>(share * bar_width + (row.figures->calls != 0 ? 1 : 0)), '#'));
    table.add(std::move(cells));
  }
  return table.text();
}

// Every figure of an interval, each behind `separator` and, in JSON, its name.
std::string figures_of(const CallFigures& figures, bool named) {
  std::string out;
  for (const FigureColumn& column : figure_columns()) {
    if (column.key == "share") continue;
    const std::string number = number_of(column.unit, column.value({figures, figures}));
    if (named) fmt::format_to(std::back_inserter(out), ",\"{}\":{}", column.key, number.empty() ? "null" : number);
    else out += ',' + number;
  }
  return out;
}

std::string as_csv(const Timeline& timeline, const std::vector<Row>& rows) {
  std::string out = "from,calls_per_second";
  for (const FigureColumn& column : figure_columns()) {
    if (column.key != "share") fmt::format_to(std::back_inserter(out), ",{}", column.key);
  }
  out += '\n';
  for (const Row& row : rows) {
    fmt::format_to(std::back_inserter(out), "{:.9f},{:.3f}{}\n", row.from, per_second(*row.figures, timeline.interval()),
                   figures_of(*row.figures, false));
  }
  return out;
}

std::string as_json(const Timeline& timeline, const std::vector<Row>& rows, std::uint64_t lost) {
  std::string out = fmt::format("{{\"unit\":\"ns\",\"lost\":{},\"interval\":{},\"intervals\":[", lost, timeline.interval().value);
  for (const Row& row : rows) {
    fmt::format_to(std::back_inserter(out), "{}{{\"from\":{:.9f},\"calls_per_second\":{:.3f}{}}}", &row != rows.data() ? ",\n" : "",
                   row.from, per_second(*row.figures, timeline.interval()), figures_of(*row.figures, true));
  }
  return out + "]}\n";
}

}  // namespace

std::string timeline_table(const Timeline& timeline, TableStyle style, std::uint64_t lost) {
  const std::vector<Row> rows = rows_of(timeline);
  switch (style) {
    case TableStyle::text: return as_text(timeline, rows) + loss_line(lost);
    case TableStyle::csv: return as_csv(timeline, rows);
    case TableStyle::json: return as_json(timeline, rows, lost);
  }
  return {};
}

}  // namespace sysreel
