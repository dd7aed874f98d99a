// Who hangs, for whom, and in circles.
#include "analyzer/diagnosis/hangs/hang.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t read_end = 0, write_end = 1;

RuleStory story_of_hang() { return RuleStory(std::make_unique<Hang>()); }
CallBuilder read_of(int fd) { return CallBuilder("read", {static_cast<std::uint64_t>(fd), 0x1000, 10}); }
CallBuilder write_of(int fd) { return CallBuilder("write", {static_cast<std::uint64_t>(fd), 0x1000, 10}); }
CallBuilder wait_of(int pid) { return CallBuilder("wait4", {static_cast<std::uint64_t>(pid), 0, 0, 0}); }
CallBuilder futex_wait(std::uint64_t address) { return CallBuilder("futex", {address, 128, 2, 0}); }

TEST(Hang, AParentThatWaitsForAChildWhoseOutputItDoesNotReadIsACircle) {
  RuleStory story = story_of_hang();
  story.born(100, 100).born(200, 200, 100);
  story.by(100).descriptor(3, FdKind::fifo, "pipe:[9]", 9, read_end);
  story.by(200).descriptor(1, FdKind::fifo, "pipe:[9]", 9, write_end);
  story.by(200).blocked(write_of(1), seconds(5)).by(100).blocked(wait_of(200), seconds(5));
  ASSERT_EQ(story.findings().size(), 2u);
  EXPECT_EQ(story.findings()[0].severity, Severity::error);
  EXPECT_EQ(story.findings()[1].severity, Severity::error);
  EXPECT_THAT(story.sentences(), HasSubstr("thread 200, waits for room to write on 1<pipe:[9]> since 5.0 s, in a circle"));
}

TEST(Hang, WhereAThirdCouldReadThereIsNoCircle) {
  RuleStory story = story_of_hang();
  story.born(100, 100).born(200, 200, 100).born(300, 300);
  story.by(300).descriptor(0, FdKind::fifo, "pipe:[9]", 9, read_end);
  story.by(100).descriptor(3, FdKind::fifo, "pipe:[9]", 9, read_end);
  story.by(200).descriptor(1, FdKind::fifo, "pipe:[9]", 9, write_end);
  story.by(200).blocked(write_of(1), seconds(5)).by(100).blocked(wait_of(200), seconds(5));
  for (const Finding& finding : story.findings()) EXPECT_NE(finding.severity, Severity::error) << finding.sentence;
}

TEST(Hang, WhoHoldsTheWriteEndOfThePipeItReadsWaitsForItself) {
  RuleStory story = story_of_hang();
  story.born(100, 100).descriptor(3, FdKind::fifo, "pipe:[9]", 9, read_end).descriptor(4, FdKind::fifo, "pipe:[9]", 9, write_end);
  story.blocked(read_of(3), seconds(2));
  ASSERT_EQ(story.findings().size(), 1u);
  EXPECT_EQ(story.findings()[0].severity, Severity::error);
  EXPECT_THAT(story.findings()[0].details, ::testing::Contains(HasSubstr("the process itself")));
}

TEST(Hang, AProcessAllOfWhoseThreadsWaitForEachOtherIsDeadlocked) {
  RuleStory story = story_of_hang();
  story.born(100, 100).born(100, 101);
  story.by(100, 101).call(CallBuilder("futex", {0x500, 129, 1, 0}));
  story.by(100, 100).blocked(futex_wait(0x500), seconds(3)).by(100, 101).blocked(futex_wait(0x600), seconds(3));
  ASSERT_EQ(story.findings().size(), 2u);
  EXPECT_EQ(story.findings()[0].severity, Severity::error);
  EXPECT_THAT(story.findings()[0].details, ::testing::Contains(HasSubstr("last woken by thread 101")));
}

TEST(Hang, WorkersThatWaitForWorkDoNotHang) {
  RuleStory story = story_of_hang();
  story.born(100, 100).born(100, 101);
  story.by(100, 101).blocked(futex_wait(0x500), seconds(30));
  story.by(100, 100).blocked(CallBuilder("epoll_wait", {4, 0x1000, 10, 0xffffffff}), seconds(30));
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Hang, AWaitThatEndedIsNone) {
  RuleStory story = story_of_hang();
  story.born(100, 100).blocked(CallBuilder("flock", {3, 2}), seconds(3)).call(CallBuilder("flock", {3, 2}), milliseconds(1));
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Hang, AFileLockThatDoesNotComeIsOne) {
  RuleStory story = story_of_hang();
  story.born(100, 100).descriptor(3, FdKind::file, "/run/app.lock", 5).blocked(CallBuilder("flock", {3, 2}), seconds(3));
  EXPECT_THAT(story.sentences(), HasSubstr("waits for a lock on 3</run/app.lock> since 3.0 s"));
}

TEST(Hang, AShortWaitIsNone) {
  RuleStory story = story_of_hang();
  story.born(100, 100).pause(seconds(5)).blocked(CallBuilder("flock", {3, 2}), milliseconds(900));
  EXPECT_THAT(story.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
