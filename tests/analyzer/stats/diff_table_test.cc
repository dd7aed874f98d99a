#include "analyzer/stats/diff_table.h"

#include <gmock/gmock.h>

namespace sysreel {
namespace {

using testing::HasSubstr;

void add(FigureTable& table, const char* group, int times, std::int64_t duration) {
  for (int i = 0; i < times; ++i) table.of(group).add(0, 0, {duration}, {-1});
}

struct Sides : testing::Test {
  void SetUp() override {
    add(before, "read", 10, 100);
    add(now, "read", 20, 100);  // twice as often, as fast as before: costs nothing
    add(before, "fsync", 4, 1000);
    add(now, "fsync", 5, 3000);  // slower
    add(before, "poll", 1, 500);  // not made any more
    add(now, "openat", 1, 700);   // new
  }
  std::string table(TableStyle style) { return diff_table({before.rows(), 0}, {now.rows(), 9}, {.style = style}); }
  FigureTable before, now;
};

TEST_F(Sides, WhatGotSlowerComesFirst) {
  EXPECT_EQ(table(TableStyle::csv),
            "syscall,cost,before_calls,now_calls,before_errors,now_errors,before_time,now_time,before_avg,now_avg,"
            "before_p50,now_p50,before_p99,now_p99,before_max,now_max\n"
            "\"fsync\",10000,4,5,0,0,4000,15000,1000,3000,1000,3000,1000,3000,1000,3000\n"
            "\"openat\",700,0,1,0,0,0,700,,700,,700,,700,,700\n"
            "\"read\",0,10,20,0,0,1000,2000,100,100,100,100,100,100,100,100\n"
            "\"poll\",-500,1,0,0,0,500,0,500,,500,,500,,500,\n");
}

TEST_F(Sides, TextSaysHowManyTimesSlowerAndWhatWasLost) {
  const std::string text = table(TableStyle::text);
  EXPECT_THAT(text, HasSubstr("1.0  3.0  3.00 x"));
  EXPECT_THAT(text, HasSubstr("now: 9 calls happened and were lost"));
}

TEST_F(Sides, JsonHasBothSides) {
  EXPECT_THAT(table(TableStyle::json), HasSubstr("{\"name\":\"openat\",\"cost\":700,\"before\":{\"calls\":0,\"errors\":0,\"time\":0,\"avg\":null,"));
  EXPECT_THAT(table(TableStyle::json), HasSubstr("\"lost_before\":0,\"lost_now\":9"));
}

}  // namespace
}  // namespace sysreel
