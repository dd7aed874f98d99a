#include "analyzer/wall_clock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace sysreel {

std::string wall_clock(Nanos time, const Header& header) {
  const std::int64_t realtime = (time + header.started_realtime - header.started).value;
  const std::time_t seconds = realtime / 1'000'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:%H:%M:%S}.{:06}", local, realtime % 1'000'000'000 / 1000);
}

std::string span_text(Nanos span) {
  const auto nanos = static_cast<double>(span.value);
  if (span.value >= 1'000'000'000) return fmt::format("{:.1f} s", nanos / 1e9);
  if (span.value >= 1'000'000) return fmt::format("{:.0f} ms", nanos / 1e6);
  return fmt::format("{:.0f} µs", nanos / 1e3);
}

}  // namespace sysreel
