// Adds up calls and lays the table out: a column is as wide as its widest number, but never narrower than it always was.
#include "analyzer/stats/summary_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/text/call_text.h"
#include "format/abi/abi.h"

namespace sysreel::stats {
namespace {

struct ColumnName {
  std::string_view name;
  std::optional<SummaryColumn> column;
};

constexpr ColumnName column_names[] = {
    {"time", SummaryColumn::time_percent},       {"time-percent", SummaryColumn::time_percent},
    {"time_percent", SummaryColumn::time_percent}, {"total-time", SummaryColumn::total_time},
    {"total_time", SummaryColumn::total_time},   {"time-total", SummaryColumn::total_time},
    {"time_total", SummaryColumn::total_time},   {"min-time", SummaryColumn::min_time},
    {"min_time", SummaryColumn::min_time},       {"time-min", SummaryColumn::min_time},
    {"time_min", SummaryColumn::min_time},       {"shortest", SummaryColumn::min_time},
    {"max-time", SummaryColumn::max_time},       {"max_time", SummaryColumn::max_time},
    {"time-max", SummaryColumn::max_time},       {"time_max", SummaryColumn::max_time},
    {"longest", SummaryColumn::max_time},        {"avg-time", SummaryColumn::avg_time},
    {"avg_time", SummaryColumn::avg_time},       {"time-avg", SummaryColumn::avg_time},
    {"time_avg", SummaryColumn::avg_time},       {"calls", SummaryColumn::calls},
    {"count", SummaryColumn::calls},             {"errors", SummaryColumn::errors},
    {"error", SummaryColumn::errors},            {"name", SummaryColumn::name},
    {"syscall", SummaryColumn::name},            {"syscall-name", SummaryColumn::name},
    {"syscall_name", SummaryColumn::name},       {"wall-total", SummaryColumn::wall_total},
    {"wall_total", SummaryColumn::wall_total},   {"total-wall", SummaryColumn::wall_total},
    {"total_wall", SummaryColumn::wall_total},   {"wall-min", SummaryColumn::wall_min},
    {"wall_min", SummaryColumn::wall_min},       {"min-wall", SummaryColumn::wall_min},
    {"min_wall", SummaryColumn::wall_min},       {"wall-max", SummaryColumn::wall_max},
    {"wall_max", SummaryColumn::wall_max},       {"max-wall", SummaryColumn::wall_max},
    {"max_wall", SummaryColumn::wall_max},       {"wall-avg", SummaryColumn::wall_avg},
    {"wall_avg", SummaryColumn::wall_avg},       {"avg-wall", SummaryColumn::wall_avg},
    {"avg_wall", SummaryColumn::wall_avg},       {"none", std::nullopt},
    {"nothing", std::nullopt},
};

const ColumnName* find_column(std::string_view name) {
  for (const ColumnName& known : column_names) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

struct Layout {
  std::string_view heading;
  std::size_t least;  // width
};

constexpr Layout layouts[] = {
    {"% time", 6}, {"seconds", 11}, {"shortest", 8}, {"longest", 7}, {"usecs/call", 11}, {"calls", 9}, {"errors", 9}, {"syscall", 16},
    {"wall-total", 11}, {"wall-min", 8}, {"wall-max", 8}, {"wall-avg", 11},
};

const Layout& layout_of(SummaryColumn column) { return layouts[static_cast<unsigned>(column)]; }

double seconds(Nanos time) { return static_cast<double>(time.value) / 1e9; }

std::string_view mode_name(Abi abi) { return abi == Abi::i386 ? "32 bit" : (abi == Abi::x32 ? "x32" : "64 bit"); }

}  // namespace

Result<std::optional<SummaryColumn>> parse_sort(std::string_view text) {
  const ColumnName* const known = find_column(text);
  if (known == nullptr) return Error{ErrorKind::usage, fmt::format("invalid sortby: '{}'", text)};
  return known->column;
}

Result<std::vector<SummaryColumn>> parse_columns(std::string_view text) {
  std::vector<SummaryColumn> columns;
  for (std::string_view rest = text;;) {
    const std::string_view token = rest.substr(0, rest.find(','));
    const ColumnName* const known = find_column(token);
    if (known == nullptr || !known->column) return Error{ErrorKind::usage, fmt::format("unknown column name: '{}'", token)};
    if (std::find(columns.begin(), columns.end(), *known->column) != columns.end()) {
      return Error{ErrorKind::usage,
                   fmt::format("call summary column has been provided more than once: '{}' (-U option residual: '{}')", token, rest)};
    }
    columns.push_back(*known->column);
    if (token.size() == rest.size()) break;
    rest.remove_prefix(token.size() + 1);
  }
  // A table without names would mean nothing.
  if (std::find(columns.begin(), columns.end(), SummaryColumn::name) == columns.end()) columns.push_back(SummaryColumn::name);
  return columns;
}

void SummaryTable::on(const Call& call) {
  if (call.has(call_in_flight)) return;
  const bool wanted = !call.has(call_no_result) && filter_.wants(call, text::row_for(call), model_);
  if (!text_.paths.empty()) model_.on(call);
  if (!wanted || done()) return;
  const bool failed = call.failed();
  if ((text_.status & (failed ? text::status_failed : text::status_successful)) == 0) return;

  ++counted_;
  Row& row = rows_[static_cast<unsigned>(call.abi)][raw(call.nr)];
  if (row.calls == 0) {
    const abi::SyscallRow* const known = abi::row_of(call.abi, call.nr);
    row.name = known != nullptr ? known->name : fmt::format("syscall_{:#x}", static_cast<unsigned>(raw(call.nr)));
    row.number = raw(call.nr);
  }
  const auto without_overhead = [this](Nanos time) { return std::max(Nanos{0}, time - options_.overhead); };
  ++row.calls;
  row.errors += failed ? 1 : 0;
  row.time.add(without_overhead(options_.wall_clock || call.on_cpu < Nanos{0} ? call.duration : call.on_cpu));
  row.wall.add(without_overhead(call.duration));
}

void SummaryTable::Times::add(Nanos time) { add(Times{time, time, time}); }

void SummaryTable::Times::add(const Times& more) {
  sum = sum + more.sum;
  shortest = std::min(shortest, more.shortest);
  longest = std::max(longest, more.longest);
}

std::vector<SummaryTable::Row> SummaryTable::sorted(const Rows& rows) const {
  std::vector<Row> order;
  for (const auto& [number, row] : rows) order.push_back(row);
  if (!options_.sort) return order;
  const SummaryColumn by = *options_.sort;
  std::stable_sort(order.begin(), order.end(), [by](const Row& left, const Row& right) {
    switch (by) {
      case SummaryColumn::time_percent:
      case SummaryColumn::total_time: return left.time.sum > right.time.sum;
      case SummaryColumn::min_time:   return left.time.shortest > right.time.shortest;
      case SummaryColumn::max_time:   return left.time.longest > right.time.longest;
      case SummaryColumn::avg_time:   return left.time.average(left.calls) > right.time.average(right.calls);
      case SummaryColumn::calls:      return left.calls > right.calls;
      case SummaryColumn::errors:     return left.errors > right.errors;
      case SummaryColumn::name:       return left.name < right.name;
      case SummaryColumn::wall_total: return left.wall.sum > right.wall.sum;
      case SummaryColumn::wall_min:   return left.wall.shortest > right.wall.shortest;
      case SummaryColumn::wall_max:   return left.wall.longest > right.wall.longest;
      case SummaryColumn::wall_avg:   return left.wall.average(left.calls) > right.wall.average(right.calls);
    }
    return false;
  });
  return order;
}

std::string SummaryTable::print_table(const Rows& rows) const {
  Row total;
  total.name = "total";
  Nanos longest_minimum, longest_average, longest_wall_minimum, longest_wall_average;
  std::size_t longest_name = 0;
  for (const auto& [number, row] : rows) {
    total.calls += row.calls;
    total.errors += row.errors;
    total.time.add(row.time);
    total.wall.add(row.wall);
    longest_minimum = std::max(longest_minimum, row.time.shortest);
    longest_average = std::max(longest_average, row.time.average(row.calls));
    longest_wall_minimum = std::max(longest_wall_minimum, row.wall.shortest);
    longest_wall_average = std::max(longest_wall_average, row.wall.average(row.calls));
    longest_name = std::max(longest_name, row.name.size());
  }
  if (total.calls == 0) total.time.shortest = total.wall.shortest = Nanos{0};

  const auto share = [&](const Row& row) {
    return total.time.sum > Nanos{0} ? 100.0 * seconds(row.time.sum) / seconds(total.time.sum) : (&row == &total ? 100.0 : 0.0);
  };
  const auto microseconds = [](const Times& times, std::uint64_t calls) {
    return fmt::format("{}", calls == 0 ? 0 : times.average(calls).value / 1000);
  };
  const auto cell = [&](SummaryColumn column, const Row& row) -> std::string {
    switch (column) {
      case SummaryColumn::time_percent: return fmt::format("{:.2f}", share(row));
      case SummaryColumn::total_time: return fmt::format("{:.6f}", seconds(row.time.sum));
      case SummaryColumn::min_time:   return fmt::format("{:.6f}", seconds(row.time.shortest));
      case SummaryColumn::max_time:   return fmt::format("{:.6f}", seconds(row.time.longest));
      case SummaryColumn::avg_time:   return microseconds(row.time, row.calls);
      case SummaryColumn::calls:      return fmt::format("{}", row.calls);
      case SummaryColumn::errors:     return row.errors == 0 ? "" : fmt::format("{}", row.errors);
      case SummaryColumn::name:       return row.name;
      case SummaryColumn::wall_total: return fmt::format("{:.6f}", seconds(row.wall.sum));
      case SummaryColumn::wall_min:   return fmt::format("{:.6f}", seconds(row.wall.shortest));
      case SummaryColumn::wall_max:   return fmt::format("{:.6f}", seconds(row.wall.longest));
      case SummaryColumn::wall_avg:   return microseconds(row.wall, row.calls);
    }
    return {};
  };
  const auto width = [&](SummaryColumn column) -> std::size_t {
    const auto whole_seconds = [](Nanos time) { return fmt::format("{}.000000", time.value / 1'000'000'000).size(); };
    const std::size_t least = layout_of(column).least;
    switch (column) {
      case SummaryColumn::time_percent: return least;
      case SummaryColumn::min_time: return std::max(least, whole_seconds(longest_minimum));
      case SummaryColumn::max_time: return std::max(least, whole_seconds(total.time.longest));
      case SummaryColumn::avg_time: return std::max(least, fmt::format("{}", longest_average.value / 1000).size());
      case SummaryColumn::wall_min: return std::max(least, whole_seconds(longest_wall_minimum));
      case SummaryColumn::wall_max: return std::max(least, whole_seconds(total.wall.longest));
      case SummaryColumn::wall_avg: return std::max(least, fmt::format("{}", longest_wall_average.value / 1000).size());
      case SummaryColumn::name:     return std::max(least, longest_name + 1);
      default:                      return std::max(least, cell(column, total).size());
    }
  };
  const auto line = [&](const auto& text_of) {
    std::string out;
    for (std::size_t i = 0; i < options_.columns.size(); ++i) {
      const SummaryColumn column = options_.columns[i];
      const bool last = i + 1 == options_.columns.size();
      const std::string text(text_of(column));
      if (i != 0) out += ' ';
      if (column != SummaryColumn::name) {
        out += fmt::format("{:>{}}", text, width(column));
      } else {
        out += last ? text : fmt::format("{:<{}}", text, width(column));
      }
    }
    return out + '\n';
  };

  const std::string rule = line([&](SummaryColumn column) { return std::string(width(column), '-'); });
  std::string out = line([](SummaryColumn column) { return layout_of(column).heading; }) + rule;
  for (const Row& row : sorted(rows)) out += line([&](SummaryColumn column) { return cell(column, row); });
  return out + rule + line([&](SummaryColumn column) { return cell(column, total); });
}

std::string SummaryTable::print() const {
  std::string out;
  const auto native = static_cast<unsigned>(native_);
  if (!rows_[native].empty()) out += print_table(rows_[native]);
  for (unsigned abi = 0; abi < rows_.size(); ++abi) {
    if (abi == native || rows_[abi].empty()) continue;
    out += fmt::format("System call usage summary for {} mode:\n", mode_name(static_cast<Abi>(abi)));
    out += print_table(rows_[abi]);
  }
  return out;
}

}  // namespace sysreel::stats
