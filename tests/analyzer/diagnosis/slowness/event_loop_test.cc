// Event loops that spin or block.
#include "analyzer/diagnosis/slowness/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CallBuilder poll_finding(int ready) { return CallBuilder("epoll_wait", {4, 0x1000, 10, 0}).returns(ready); }

TEST(EmptyPolling, PollingWithoutATimeoutAndWithoutEventsSpins) {
  RuleStory story(std::make_unique<EmptyPolling>());
  for (int i = 0; i < 2000; ++i) story.call(poll_finding(0), microseconds(2));
  EXPECT_THAT(story.sentences(), HasSubstr("polled 2000 times within 4 ms and found nothing in 2000 of them"));
}

TEST(EmptyPolling, ATimeoutOrEventsAreFine) {
  RuleStory patient(std::make_unique<EmptyPolling>()), busy(std::make_unique<EmptyPolling>());
  for (int i = 0; i < 2000; ++i) {
    patient.call(poll_finding(0), milliseconds(100));
    busy.call(poll_finding(1), microseconds(2));
  }
  EXPECT_THAT(patient.findings(), IsEmpty());
  EXPECT_THAT(busy.findings(), IsEmpty());
}

TEST(BlockedEventLoop, ALoopThatSyncsServesNobody) {
  RuleStory story(std::make_unique<BlockedEventLoop>());
  for (int i = 0; i < 100; ++i) story.call(poll_finding(1));
  story.call(CallBuilder("fsync", {3}), milliseconds(300));
  ASSERT_EQ(story.findings().size(), 1u);
  EXPECT_THAT(story.sentences(), HasSubstr("is an event loop and blocked in other calls 1 times, 300 ms at the longest"));
}

TEST(BlockedEventLoop, AThreadThatSeldomPollsOrNeverBlocksIsNone) {
  RuleStory no_loop(std::make_unique<BlockedEventLoop>()), quick(std::make_unique<BlockedEventLoop>());
  no_loop.call(poll_finding(1)).call(CallBuilder("fsync", {3}), milliseconds(300));
  for (int i = 0; i < 100; ++i) quick.call(poll_finding(1), milliseconds(100)).call(CallBuilder("fsync", {3}), milliseconds(5));
  EXPECT_THAT(no_loop.findings(), IsEmpty());
  EXPECT_THAT(quick.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
