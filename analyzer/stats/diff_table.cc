#include "analyzer/stats/diff_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "analyzer/export/quoting.h"
#include "analyzer/stats/text_table.h"

namespace sysreel {
namespace {

const CallFigures nothing;

struct Row {
  std::string name;
  const CallFigures* before = &nothing;
  const CallFigures* now = &nothing;

  double average(const CallFigures& figures) const { return static_cast<double>(figures.average().value); }
  // Nanoseconds that the calls took longer than they would have taken before. A call that is new costs all it takes.
  double cost() const {
    if (now->timed == 0) return -static_cast<double>(before->total.value);
    if (before->timed == 0) return static_cast<double>(now->total.value);
    return static_cast<double>(now->timed) * (average(*now) - average(*before));
  }
};

std::vector<Row> joined(const DiffSide& before, const DiffSide& now) {
  std::map<std::string_view, Row> rows;
  for (const StatsRow& row : before.rows) rows[row.name].before = row.figures;
  for (const StatsRow& row : now.rows) rows[row.name].now = row.figures;
  std::vector<Row> all;
  for (auto& [name, row] : rows) {
    row.name = name;
    all.push_back(std::move(row));
  }
  std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.cost() > b.cost(); });
  return all;
}

// The figures that are compared.
constexpr std::string_view compared[] = {"calls", "errors", "time", "avg", "p50", "p99", "max"};

double value_of(std::string_view key, const CallFigures& figures) { return figure_column(key)->value({figures, figures}); }

// "1.50 x", "-" where there is nothing to compare.
std::string ratio(double before, double now) { return before > 0 && now >= 0 ? fmt::format("{:.2f} x", now / before) : "-"; }

std::string as_text(std::span<const Row> rows, std::string_view group) {
  TextTable table;
  table.add({"cost s", "calls", "now", "errors", "now", "avg us", "now", "change", "p50 us", "now", "change", "p99 us", "now", "change",
             std::string(group)});
  table.add_rule();
  for (const Row& row : rows) {
    std::vector<std::string> cells = {fmt::format("{:+.6f}", row.cost() / 1e9)};
    for (const std::string_view key : {"calls", "errors", "avg", "p50", "p99"}) {
      const Unit unit = figure_column(key)->unit;
      const double before = value_of(key, *row.before), now = value_of(key, *row.now);
      cells.push_back(text_of(unit, before));
      cells.push_back(text_of(unit, now));
      if (unit == Unit::micros) cells.push_back(ratio(before, now));
    }
    cells.push_back(printable(row.name));
    table.add(std::move(cells));
  }
  return table.text() + "cost: calls made now x what each takes longer than before; below zero: time saved\n";
}

std::string as_csv(std::span<const Row> rows, std::string_view group) {
  std::string out = fmt::format("{},cost", group);
  for (const std::string_view key : compared) fmt::format_to(std::back_inserter(out), ",before_{},now_{}", key, key);
  out += '\n';
  for (const Row& row : rows) {
    fmt::format_to(std::back_inserter(out), "{},{:.0f}", csv_quoted(row.name), row.cost());
    for (const std::string_view key : compared) {
      const Unit unit = figure_column(key)->unit;
      fmt::format_to(std::back_inserter(out), ",{},{}", number_of(unit, value_of(key, *row.before)), number_of(unit, value_of(key, *row.now)));
    }
    out += '\n';
  }
  return out;
}

std::string json_figures(const CallFigures& figures) {
  std::string out = "{";
  for (const std::string_view key : compared) {
    const std::string number = number_of(figure_column(key)->unit, value_of(key, figures));
    fmt::format_to(std::back_inserter(out), "{}\"{}\":{}", out.size() > 1 ? "," : "", key, number.empty() ? "null" : number);
  }
  return out + "}";
}

std::string as_json(std::span<const Row> rows, std::string_view group, std::uint64_t lost_before, std::uint64_t lost_now) {
  std::string out = fmt::format("{{\"group\":{},\"unit\":\"ns\",\"lost_before\":{},\"lost_now\":{},\"rows\":[", json_quoted(group),
                                lost_before, lost_now);
  for (const Row& row : rows) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{},\"cost\":{:.0f},\"before\":{},\"now\":{}}}", &row != rows.data() ? ",\n" : "",
                   json_quoted(row.name), row.cost(), json_figures(*row.before), json_figures(*row.now));
  }
  return out + "]}\n";
}

}  // namespace

std::string diff_table(DiffSide before, DiffSide now, const StatsTableOptions& options) {
  const std::vector<Row> all = joined(before, now);
  std::span<const Row> rows(all);
  if (options.top != 0 && options.top < rows.size()) rows = rows.first(options.top);
  switch (options.style) {
    case TableStyle::csv: return as_csv(rows, options.group);
    case TableStyle::json: return as_json(rows, options.group, before.lost, now.lost);
    case TableStyle::text: break;
  }
  std::string out = as_text(rows, options.group);
  if (before.lost != 0) out += "before: " + loss_line(before.lost);
  if (now.lost != 0) out += "now: " + loss_line(now.lost);
  return out;
}

}  // namespace sysreel
