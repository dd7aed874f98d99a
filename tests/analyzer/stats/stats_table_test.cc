#include "analyzer/stats/stats_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

using testing::HasSubstr;

Call call_of(const char* name, std::int64_t duration, std::int64_t result) {
  Call call;
  call.nr = *abi::number_of(Abi::x86_64, name);
  call.duration = {duration};
  call.result = result;
  return call;
}

std::vector<StatsRow> rows_of(const CallStats& stats) {
  std::vector<StatsRow> rows;
  for (const auto& group : stats.groups()) rows.push_back({abi::row_of(group.abi, group.nr)->name, group.figures});
  return rows;
}

CallStats reads_and_one_failed_openat() {
  CallStats stats;
  for (int i = 0; i < 3; ++i) stats.on(call_of("read", 1000, 8));
  stats.on(call_of("openat", 7000, -2));
  return stats;
}

TEST(StatsTable, SortsDescendingByTheAskedColumn) {
  const CallStats stats = reads_and_one_failed_openat();
  auto rows = rows_of(stats);
  ASSERT_TRUE(sort_rows(rows, "time"));
  EXPECT_EQ(rows.front().name, "openat");
  ASSERT_TRUE(sort_rows(rows, "calls"));
  EXPECT_EQ(rows.front().name, "read");
  EXPECT_FALSE(sort_rows(rows, "colour"));
}

TEST(StatsTable, EveryAdvertisedKeySorts) {
  const CallStats stats = reads_and_one_failed_openat();
  for (const auto key : sort_keys()) {
    auto rows = rows_of(stats);
    EXPECT_TRUE(sort_rows(rows, key)) << key;
  }
}

TEST(StatsTable, CountsErrorsAndSharesOfWallTime) {
  const CallStats stats = reads_and_one_failed_openat();
  const std::string csv = stats_table(rows_of(stats), {.sort = "time", .style = TableStyle::csv}, 0);
  EXPECT_THAT(csv, HasSubstr("\"openat\",70.0000,7000,,,7000,7000,"));
  EXPECT_THAT(csv, HasSubstr(",1,1\n"));
  EXPECT_THAT(csv, HasSubstr("\"read\",30.0000,3000,,,1000,1000,"));
}

TEST(StatsTable, HiddenCallsAndCallsInFlightAreNotCounted) {
  CallStats stats;
  Call hidden = call_of("read", 1, 0);
  hidden.flags = call_hidden;
  Call in_flight = call_of("read", 1, 0);
  in_flight.flags = call_in_flight;
  stats.on(hidden);
  stats.on(in_flight);
  EXPECT_TRUE(stats.groups().empty());
}

TEST(StatsTable, SaysHowManyCallsWereLost) {
  const CallStats stats = reads_and_one_failed_openat();
  EXPECT_THAT(stats_table(rows_of(stats), {}, 17), HasSubstr("17 calls happened and were lost"));
}

TEST(StatsTable, ANumberBeyondTheTableIsCountedToo) {
  CallStats stats;
  Call call = call_of("read", 5, 0);
  call.nr = SyscallNr{123456};
  stats.on(call);
  ASSERT_EQ(stats.groups().size(), 1u);
  EXPECT_EQ(raw(stats.groups()[0].nr), 123456);
}

}  // namespace
}  // namespace sysreel
