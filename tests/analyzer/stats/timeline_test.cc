#include "analyzer/stats/timeline.h"

#include <gmock/gmock.h>

#include <sstream>

#include "analyzer/stats/timeline_table.h"

namespace sysreel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::int64_t ms = 1'000'000;

std::vector<std::pair<std::int64_t, std::uint64_t>> calls_by_interval(const Timeline& timeline) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> calls;
  for (const auto& [number, figures] : timeline.intervals()) calls.emplace_back(number, figures.calls);
  return calls;
}

void add(Timeline& timeline, std::int64_t end) { timeline.add({end}, 0, 0, {100}, {-1}); }

TEST(Timeline, ACallCountsWhereItEnds) {
  Timeline timeline({10 * ms});
  timeline.relate({1000 * ms});
  for (const std::int64_t at : {1000 * ms, 1010 * ms - 1, 1010 * ms, 1035 * ms, 999 * ms}) add(timeline, at);
  EXPECT_THAT(calls_by_interval(timeline), ElementsAre(Pair(-1, 1), Pair(0, 2), Pair(1, 1), Pair(3, 1)));
}

TEST(Timeline, IntervalsAreJoinedWhenThereAreTooMany) {
  Timeline timeline({ms}, 4);
  for (int i = 0; i < 4; ++i) add(timeline, i * ms);
  EXPECT_EQ(timeline.interval().value, ms);
  add(timeline, 4 * ms);
  EXPECT_EQ(timeline.interval().value, 2 * ms);
  EXPECT_THAT(calls_by_interval(timeline), ElementsAre(Pair(0, 2), Pair(1, 2), Pair(2, 1)));
  for (int i = 5; i < 30; ++i) add(timeline, i * ms);
  EXPECT_EQ(timeline.interval().value, 10 * ms);
  EXPECT_THAT(calls_by_interval(timeline), ElementsAre(Pair(0, 10), Pair(1, 10), Pair(2, 10)));
}

TEST(Timeline, MergingDoesNotDependOnWhoSawWhat) {
  Timeline whole({ms}, 8), first({ms}, 8), second({ms}, 8);
  for (std::int64_t i = 0; i < 50; ++i) {
    add(whole, i * i * ms / 7);
    add(i < 10 ? first : second, i * i * ms / 7);
  }
  first.merge(second);
  EXPECT_EQ(first.interval(), whole.interval());
  EXPECT_EQ(calls_by_interval(first), calls_by_interval(whole));
}

TEST(Timeline, TimesFromTheEndsOfTimeTakeNoMemory) {
  Timeline timeline({1});
  for (int i = 0; i < 64; ++i) {
    add(timeline, INT64_MIN + (std::int64_t{1} << (i % 63)));
    add(timeline, INT64_MAX - (std::int64_t{1} << (i % 63)));
    add(timeline, i);
  }
  EXPECT_LE(timeline.intervals().size(), Timeline::automatic_limit + 1);
  std::uint64_t calls = 0;
  for (const auto& [number, figures] : timeline.intervals()) calls += figures.calls;
  EXPECT_EQ(calls, 3u * 64);
}

TEST(TimelineTable, ShowsRateErrorsAndGaps) {
  Timeline timeline({1000 * ms});
  timeline.add({500 * ms}, 0, -2, {2000}, {-1});
  timeline.add({600 * ms}, 0, 0, {4000}, {-1});
  timeline.add({2500 * ms}, 0, 0, {1000}, {-1});
  std::istringstream lines(timeline_table(timeline, TableStyle::text, 3));
  std::vector<std::string> text;
  for (std::string line; std::getline(lines, line);) text.push_back(line);
  ASSERT_EQ(text.size(), 6u);
  EXPECT_THAT(text[2], HasSubstr("0      2        2       1"));
  EXPECT_THAT(text[3], HasSubstr("1      0        0       0"));
  EXPECT_THAT(text[4], HasSubstr("2      1        1       0"));
  EXPECT_THAT(text[5], HasSubstr("3 calls happened and were lost"));
  EXPECT_THAT(timeline_table(timeline, TableStyle::csv, 0), HasSubstr("0.000000000,2.000,6000,,,3000,2000,"));
  EXPECT_THAT(timeline_table(timeline, TableStyle::json, 3), HasSubstr("{\"unit\":\"ns\",\"lost\":3,\"interval\":1000000000,"));
}

}  // namespace
}  // namespace sysreel
