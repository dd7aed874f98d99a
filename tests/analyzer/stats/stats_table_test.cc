#include "analyzer/stats/stats_table.h"

#include <gmock/gmock.h>

#include "analyzer/stats/histogram_chart.h"

namespace sysreel {
namespace {

using testing::HasSubstr;
using testing::Not;

void add(FigureTable& table, const char* group, std::int64_t duration, std::int64_t result, std::int64_t on_cpu = -1) {
  table.of(group).add(0, result, {duration}, {on_cpu});
}

FigureTable three_reads_and_one_failed_openat() {
  FigureTable table;
  for (int i = 0; i < 3; ++i) add(table, "read", 1000, 8);
  add(table, "openat", 7000, -2);
  return table;
}

TEST(StatsTable, SortsDescendingByTheAskedFigure) {
  const FigureTable table = three_reads_and_one_failed_openat();
  auto rows = table.rows();
  ASSERT_TRUE(sort_rows(rows, "time"));
  EXPECT_EQ(rows.front().name, "openat");
  ASSERT_TRUE(sort_rows(rows, "calls"));
  EXPECT_EQ(rows.front().name, "read");
  ASSERT_TRUE(sort_rows(rows, "name"));
  EXPECT_EQ(rows.front().name, "openat");
  EXPECT_FALSE(sort_rows(rows, "colour"));
}

TEST(StatsTable, EveryFigureSorts) {
  const FigureTable table = three_reads_and_one_failed_openat();
  for (const FigureColumn& column : figure_columns()) {
    auto rows = table.rows();
    EXPECT_TRUE(sort_rows(rows, column.key)) << column.key;
    EXPECT_EQ(rows.size(), 2u);
  }
}

TEST(StatsTable, CountsErrorsAndSharesOfTime) {
  const FigureTable table = three_reads_and_one_failed_openat();
  const std::string csv = stats_table(table.rows(), {.style = TableStyle::csv}, 0);
  EXPECT_THAT(csv, HasSubstr("syscall,share,time,cpu,wait,avg,min,p50,p90,p99,p999,max,calls,errors\n"));
  EXPECT_THAT(csv, HasSubstr("\"openat\",70.0000,7000,,,7000,7000,7000,7000,7000,7000,7000,1,1\n"));
  EXPECT_THAT(csv, HasSubstr("\"read\",30.0000,3000,,,1000,1000,1000,1000,1000,1000,1000,3,0\n"));
}

TEST(StatsTable, SplitsTimeIntoWorkingAndWaiting) {
  FigureTable table;
  add(table, "read", 1000, 8, 300);
  add(table, "read", 1000, 8);  // not measured
  const std::string csv = stats_table(table.rows(), {.style = TableStyle::csv}, 0);
  EXPECT_THAT(csv, HasSubstr("\"read\",100.0000,2000,300,700,"));
}

TEST(StatsTable, TheTotalCountsRowsThatAreNotShown) {
  const FigureTable table = three_reads_and_one_failed_openat();
  const std::string text = stats_table(table.rows(), {.top = 1}, 0);
  EXPECT_THAT(text, HasSubstr("openat\n"));
  EXPECT_THAT(text, Not(HasSubstr("read\n")));
  EXPECT_THAT(text, HasSubstr("4       1  total\n"));
}

TEST(StatsTable, ShowsTheColumnsAskedFor) {
  const FigureTable table = three_reads_and_one_failed_openat();
  const std::string text = stats_table(table.rows(), {.columns = {figure_column("calls"), figure_column("p999")}}, 0);
  EXPECT_THAT(text, HasSubstr("calls  p99.9 us  syscall\n"));
}

TEST(StatsTable, SaysHowManyCallsWereLost) {
  const FigureTable table = three_reads_and_one_failed_openat();
  EXPECT_THAT(stats_table(table.rows(), {}, 17), HasSubstr("17 calls happened and were lost"));
  EXPECT_THAT(stats_table(table.rows(), {.style = TableStyle::json}, 17), HasSubstr("\"lost\":17"));
  EXPECT_THAT(histogram_chart(table.rows(), {}, 17), HasSubstr("17 calls happened and were lost"));
}

TEST(StatsTable, NamesCannotBreakTheOutput) {
  FigureTable table;
  add(table, "a\x1b[2J\"b\n", 5, 0);
  EXPECT_THAT(stats_table(table.rows(), {}, 0), HasSubstr("a\\33[2J\\\"b\\n\n"));
  EXPECT_THAT(stats_table(table.rows(), {.style = TableStyle::json}, 0), HasSubstr("\"name\":\"a\\u001b[2J\\\"b\\u000a\""));
  EXPECT_THAT(stats_table(table.rows(), {.style = TableStyle::csv}, 0), HasSubstr("\"a\x1b[2J\"\"b\n\","));
}

TEST(StatsTable, CallsWithoutDurationCountAndHaveNoTimes) {
  FigureTable table;
  table.of("read").add(call_no_duration, 1, {}, {-1});
  EXPECT_THAT(stats_table(table.rows(), {.style = TableStyle::csv}, 0), HasSubstr("\"read\",0.0000,0,,,,,,,,,,1,0\n"));
  EXPECT_THAT(stats_table(table.rows(), {}, 0), HasSubstr("1 of 1 calls have no duration"));
}

TEST(FigureTable, BeyondTheLimitGroupsShareARow) {
  FigureTable table;
  for (std::size_t i = 0; i < FigureTable::group_limit + 3; ++i) add(table, std::to_string(i).c_str(), 5, 0);
  EXPECT_EQ(table.rows().size(), FigureTable::group_limit + 1);
  EXPECT_EQ(table.of("(all others)").calls, 3u);
  add(table, "7", 5, 0);  // a group that was known before goes on
  EXPECT_EQ(table.of("7").calls, 2u);
}

TEST(FigureTable, MergingAddsUpGroupByGroup) {
  FigureTable first = three_reads_and_one_failed_openat(), second;
  add(second, "read", 4000, -5);
  add(second, "close", 10, 0);
  first.merge(second);
  EXPECT_EQ(first.rows().size(), 3u);
  EXPECT_EQ(first.of("read").calls, 4u);
  EXPECT_EQ(first.of("read").errors, 1u);
  EXPECT_EQ(first.of("read").max.value, 4000);
  EXPECT_EQ(first.of("read").durations.total(), 4u);
}

TEST(HistogramChart, ABarForEachPowerOfTwoBetweenTheFirstAndTheLast) {
  FigureTable table;
  for (int i = 0; i < 4; ++i) add(table, "read", 600, 1);
  add(table, "read", 3000, 1);
  EXPECT_EQ(histogram_chart(table.rows(), {}, 0),
            "read: 5 calls, p50 603 ns, p99 2.99 us\n"
            "   512 ns - 1.02 us            4  80.00% |########################################\n"
            "  1.02 us - 2.05 us            0   0.00% |\n"
            "  2.05 us - 4.1 us             1  20.00% |##########\n\n");
  EXPECT_EQ(histogram_chart(table.rows(), {.style = TableStyle::csv}, 0),
            "syscall,from,below,calls\n\"read\",512,1024,4\n\"read\",2048,4096,1\n");
}

}  // namespace
}  // namespace sysreel
