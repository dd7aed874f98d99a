#include "analyzer/overview/overview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::HasSubstr;

TEST(Overview, SaysWhatRanHowItEndedAndWhatTookTime) {
  Overview overview;
  Header header;
  header.command = {"make", "-j2"};
  overview.begin(header);
  overview.on(TaskNew{.pid = Pid{5}, .tid = Tid{5}, .origin = TaskOrigin::launched});
  CallBuilder slow("fsync", {3});
  Call call = slow.event();
  call.duration = {2'000'000'000};
  overview.on(call);
  CallBuilder failed("close", {99});
  overview.on(failed.fails(9).event());
  overview.on(TaskExit{.pid = Pid{5}, .tid = Tid{5}, .status = 2 << 8, .whole_process = true});
  const std::string page = overview.text({.events = 4, .lost_calls = 7});
  EXPECT_THAT(page, HasSubstr("what       make -j2\n"));
  EXPECT_THAT(page, HasSubstr("it exited with status 2\n"));
  EXPECT_THAT(page, HasSubstr("2.000000 s           1 calls         0 failed  fsync\n"));
  EXPECT_THAT(page, HasSubstr("1  EBADF of close\n"));
  EXPECT_THAT(page, HasSubstr("nothing wrong found in 4 events; 7 calls and 0 other events were lost\n"));
}

TEST(Overview, HiddenAndUnfinishedCallsDoNotCount) {
  Overview overview;
  CallBuilder hidden("close", {3});
  overview.on(hidden.flags(call_hidden).event());
  CallBuilder open_ended("read", {3, 0, 0});
  overview.on(open_ended.flags(call_in_flight).event());
  EXPECT_THAT(overview.text({}), ::testing::Not(HasSubstr("calls by time")));
}

TEST(Overview, AnEmptyReelHasAPage) {
  EXPECT_THAT(Overview().text({}), HasSubstr("nothing wrong found in 0 events; nothing was lost"));
}

}  // namespace
}  // namespace sysreel
