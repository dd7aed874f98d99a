#include "analyzer/stats/stats_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace sysreel {
namespace {

enum class Unit : unsigned char { percent, seconds, micros, count };

// The figures of one row together with those of the whole table, which shares refer to.
struct Cell {
  const CallFigures& row;
  const CallFigures& all;
};

// One column: a row here is all that a new figure needs. A value below zero means "not measured".
struct Column {
  std::string_view key;      // of --sort and of JSON and CSV
  std::string_view heading;  // of the text table
  Unit unit;
  double (*value)(const Cell&);
};

double share(Nanos part, Nanos whole) {
  return whole.value > 0 ? 100.0 * static_cast<double>(part.value) / static_cast<double>(whole.value) : 0.0;
}
double percentile(const Cell& c, double fraction) {
  // A bucket of the histogram may reach beyond the largest value in it.
  return c.row.timed ? static_cast<double>(std::min(c.row.durations.percentile(fraction), c.row.max).value) : -1;
}
double on_cpu(const Cell& c) { return c.row.on_cpu_known ? static_cast<double>(c.row.on_cpu.value) : -1; }

constexpr Column columns[] = {
    {"share", "% wall", Unit::percent, [](const Cell& c) { return share(c.row.total, c.all.total); }},
    {"time", "wall s", Unit::seconds, [](const Cell& c) { return static_cast<double>(c.row.total.value); }},
    {"cpu", "cpu s", Unit::seconds, on_cpu},
    {"wait", "wait s", Unit::seconds,
     [](const Cell& c) { return c.row.on_cpu_known ? static_cast<double>((c.row.total - c.row.on_cpu).value) : -1; }},
    {"avg", "avg us", Unit::micros, [](const Cell& c) { return c.row.timed ? static_cast<double>(c.row.average().value) : -1; }},
    {"min", "min us", Unit::micros, [](const Cell& c) { return c.row.timed ? static_cast<double>(c.row.min.value) : -1; }},
    {"p50", "p50 us", Unit::micros, [](const Cell& c) { return percentile(c, 0.5); }},
    {"p90", "p90 us", Unit::micros, [](const Cell& c) { return percentile(c, 0.9); }},
    {"p99", "p99 us", Unit::micros, [](const Cell& c) { return percentile(c, 0.99); }},
    {"p999", "p99.9 us", Unit::micros, [](const Cell& c) { return percentile(c, 0.999); }},
    {"max", "max us", Unit::micros, [](const Cell& c) { return c.row.timed ? static_cast<double>(c.row.max.value) : -1; }},
    {"calls", "calls", Unit::count, [](const Cell& c) { return static_cast<double>(c.row.calls); }},
    {"errors", "errors", Unit::count, [](const Cell& c) { return static_cast<double>(c.row.errors); }},
};

const Column* column_of(std::string_view key) {
  const auto* found = std::find_if(std::begin(columns), std::end(columns), [&](const Column& c) { return c.key == key; });
  return found == std::end(columns) ? nullptr : found;
}

CallFigures sum_of(const std::vector<StatsRow>& rows) {
  CallFigures all;
  for (const StatsRow& row : rows) all.merge(*row.figures);
  return all;
}

// Columns that say something about these rows: CPU time is left out where it was not recorded.
std::vector<const Column*> shown_columns(const Cell& all) {
  std::vector<const Column*> shown;
  for (const Column& column : columns) {
    const bool measured = column.value(all) >= 0;
    const bool optional = column.key == "cpu" || column.key == "wait";
    if (measured || !optional) shown.push_back(&column);
  }
  return shown;
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

using Rows = std::span<const StatsRow>;

std::string as_text(Rows rows, const CallFigures& all, const StatsTableOptions& options, std::uint64_t lost) {
  const auto shown = shown_columns({all, all});
  std::string out;
  const auto line = [&](const auto& cell_text, std::string_view name) {
    for (const Column* column : shown) {
      fmt::format_to(std::back_inserter(out), "{:>{}} ", cell_text(*column), column->unit == Unit::seconds ? 12 : 10);
    }
    out.append(name).push_back('\n');
  };
  line([](const Column& c) { return std::string(c.heading); }, options.group);
  for (const StatsRow& row : rows) line([&](const Column& c) { return text_of(c.unit, c.value({*row.figures, all})); }, row.name);
  line([&](const Column& c) { return text_of(c.unit, c.value({all, all})); }, "total");
  out += all.on_cpu_known ? "wall: time from entry to exit; cpu: of that, on a CPU\n" : "wall: time from entry to exit\n";
  if (all.timed < all.calls) fmt::format_to(std::back_inserter(out), "{} of {} calls have no duration\n", all.calls - all.timed, all.calls);
  if (lost) fmt::format_to(std::back_inserter(out), "{} calls happened and were lost: these figures are incomplete\n", lost);
  return out;
}

std::string csv_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

// Times are nanoseconds in CSV and JSON; a figure that was not measured is empty or null.
std::string as_csv(Rows rows, const CallFigures& all, const StatsTableOptions& options) {
  std::string out(options.group);
  for (const Column& column : columns) fmt::format_to(std::back_inserter(out), ",{}", column.key);
  out.push_back('\n');
  for (const StatsRow& row : rows) {
    out += csv_quoted(row.name);
    for (const Column& column : columns) {
      const double value = column.value({*row.figures, all});
      if (value < 0) out.push_back(',');
      else fmt::format_to(std::back_inserter(out), ",{:.{}f}", value, column.unit == Unit::percent ? 4 : 0);
    }
    out.push_back('\n');
  }
  return out;
}

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out.append({'\\', c});
    else if (byte < 0x20 || byte >= 0x7f) fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    else out.push_back(c);
  }
  return out + "\"";
}

std::string as_json(Rows rows, const CallFigures& all, const StatsTableOptions& options, std::uint64_t lost) {
  std::string out = fmt::format("{{\"group\":{},\"unit\":\"ns\",\"lost\":{},\"rows\":[", json_quoted(options.group), lost);
  bool first = true;
  const auto object = [&](std::string_view name, const CallFigures& figures) {
    fmt::format_to(std::back_inserter(out), "{{\"name\":{}", json_quoted(name));
    for (const Column& column : columns) {
      const double value = column.value({figures, all});
      fmt::format_to(std::back_inserter(out), ",\"{}\":", column.key);
      if (value < 0) out += "null";
      else fmt::format_to(std::back_inserter(out), "{:.{}f}", value, column.unit == Unit::percent ? 4 : 0);
    }
    out.push_back('}');
  };
  for (const StatsRow& row : rows) {
    if (!first) out.push_back(',');
    first = false;
    object(row.name, *row.figures);
  }
  out += "],\"total\":";
  object("total", all);
  return out + "}\n";
}

}  // namespace

std::span<const std::string_view> sort_keys() {
  static const auto keys = [] {
    std::array<std::string_view, std::size(columns) + 1> all;
    for (std::size_t i = 0; i < std::size(columns); ++i) all[i] = columns[i].key;
    all.back() = "name";
    return all;
  }();
  return keys;
}

bool sort_rows(std::vector<StatsRow>& rows, std::string_view key) {
  const auto by_name = [](const StatsRow& a, const StatsRow& b) { return a.name < b.name; };
  std::stable_sort(rows.begin(), rows.end(), by_name);
  if (key == "name") return true;
  const Column* column = column_of(key);
  if (!column) return false;
  const CallFigures all = sum_of(rows);
  std::stable_sort(rows.begin(), rows.end(), [&](const StatsRow& a, const StatsRow& b) {
    return column->value({*a.figures, all}) > column->value({*b.figures, all});
  });
  return true;
}

std::string stats_table(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost) {
  sort_rows(rows, options.sort);
  const CallFigures all = sum_of(rows);
  Rows shown = rows;
  if (options.top && options.top < shown.size()) shown = shown.first(options.top);
  switch (options.style) {
    case TableStyle::text: return as_text(shown, all, options, lost);
    case TableStyle::csv: return as_csv(shown, all, options);
    case TableStyle::json: return as_json(shown, all, options, lost);
  }
  return {};
}

}  // namespace sysreel
