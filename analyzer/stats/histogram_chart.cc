#include "analyzer/stats/histogram_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analyzer/export/quoting.h"

namespace sysreel {
namespace {

std::uint64_t first_of(unsigned power) { return power == 0 ? 0 : std::uint64_t{1} << power; }
std::uint64_t first_beyond(unsigned power) { return std::uint64_t{2} << power; }

// "512 ns", "1.02 us", "8.39 ms"
std::string duration_text(std::uint64_t nanoseconds) {
  const auto value = static_cast<double>(nanoseconds);
  if (nanoseconds < 1'000) return fmt::format("{} ns", nanoseconds);
  if (nanoseconds < 1'000'000) return fmt::format("{:.3g} us", value / 1e3);
  if (nanoseconds < 1'000'000'000) return fmt::format("{:.3g} ms", value / 1e6);
  return fmt::format("{:.4g} s", value / 1e9);
}

std::string bars(const StatsRow& row) {
  constexpr double bar_width = 40;
  const Histogram& durations = row.figures->durations;
  const unsigned end = durations.powers();
  unsigned first = 0;
  while (first < end && durations.in_power_of_two(first) == 0) ++first;
  std::uint64_t most = 1;
  for (unsigned power = first; power < end; ++power) most = std::max(most, durations.in_power_of_two(power));
  std::string out = fmt::format("{}: {} calls, p50 {}, p99 {}\n", printable(row.name), row.figures->calls,
                                duration_text(static_cast<std::uint64_t>(row.figures->percentile(0.5).value)),
                                duration_text(static_cast<std::uint64_t>(row.figures->percentile(0.99).value)));
  for (unsigned power = first; power < end; ++power) {
    const std::uint64_t count = durations.in_power_of_two(power);
    const auto width = static_cast<std::size_t>(bar_width * static_cast<double>(count) / static_cast<double>(most));
    fmt::format_to(std::back_inserter(out), "{:>9} - {:<9}{:>11} {:>6.2f}% |{}\n", duration_text(first_of(power)),
                   duration_text(first_beyond(power)), count,
                   100.0 * static_cast<double>(count) / static_cast<double>(row.figures->timed),
                   count == 0 ? std::string() : std::string(std::max<std::size_t>(width, 1), '#'));
  }
  return out;
}

std::string csv_lines(const StatsRow& row) {
  std::string out;
  for (unsigned power = 0; power < row.figures->durations.powers(); ++power) {
    const std::uint64_t count = row.figures->durations.in_power_of_two(power);
    if (count == 0) continue;
    fmt::format_to(std::back_inserter(out), "{},{},{},{}\n", csv_quoted(row.name), first_of(power), first_beyond(power), count);
  }
  return out;
}

}  // namespace

std::string histogram_chart(std::vector<StatsRow> rows, const StatsTableOptions& options, std::uint64_t lost) {
  sort_rows(rows, options.sort);
  const auto shown = first_rows(rows, options.top);
  if (options.style == TableStyle::csv) {
    std::string out = fmt::format("{},from,below,calls\n", options.group);
    for (const StatsRow& row : shown) out += csv_lines(row);
    return out;
  }
  std::string out;
  for (const StatsRow& row : shown) {
    if (row.figures->timed != 0) out += bars(row) + '\n';
  }
  return out + loss_line(lost);
}

}  // namespace sysreel
