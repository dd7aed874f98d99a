#include "tools/window_option.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace sysreel::tools {
namespace {

constexpr std::int64_t second = 1'000'000'000;

// Began at 23:59:50 UTC on 2026-03-04, 1000 s after the machine did.
Header header() {
  Header header;
  header.started = {1000 * second};
  header.started_realtime = {1772668790 * second};
  return header;
}

// Seconds from the beginning; -1 stands for an open end.
std::pair<double, double> window(const char* text) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const auto parsed = WindowOption::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  if (!parsed) return {-2, -2};
  const Window window = parsed->in(header());
  const auto relative = [](Nanos time) {
    if (time.value == INT64_MIN || time.value == INT64_MAX) return -1.0;
    return static_cast<double>(time.value - 1000 * second) / second;
  };
  return {relative(window.from), relative(window.to)};
}

using Pair = std::pair<double, double>;

TEST(WindowOption, CountsFromTheBeginning) {
  EXPECT_EQ(window("2..3.5"), Pair(2, 3.5));
  EXPECT_EQ(window("500ms..60"), Pair(0.5, 60));
  EXPECT_EQ(window("..10s"), Pair(-1, 10));
  EXPECT_EQ(window("0.25.."), Pair(0.25, -1));
}

TEST(WindowOption, TakesTimesOfTheDayAndOfTheEpoch) {
  EXPECT_EQ(window("23:59:51..23:59:52.5"), Pair(1, 2.5));
  EXPECT_EQ(window("23:59:50..00:00:05"), Pair(0, 15));  // past midnight
  EXPECT_EQ(window("@1772668792..@1772668793.5"), Pair(2, 3.5));
}

TEST(WindowOption, RefusesWhatIsNoWindow) {
  for (const char* text : {"", "1", "a..b", "1..x", "-1..2", "25:00:00..", "10:61..", "1:2:3:4..", "@..", "1...2"}) {
    const auto parsed = WindowOption::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace sysreel::tools
