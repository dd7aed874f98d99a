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

}  // namespace sysreel
