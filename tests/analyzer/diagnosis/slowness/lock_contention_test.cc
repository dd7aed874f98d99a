// Locks against conditions.
#include "analyzer/diagnosis/slowness/lock_contention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t wait_private = 128, wake_private = 129;

CallBuilder wait_at(std::uint64_t address) { return CallBuilder("futex", {address, wait_private, 2, 0}).returns(0); }
CallBuilder wake_at(std::uint64_t address) { return CallBuilder("futex", {address, wake_private, 1, 0}).returns(1); }

TEST(LockContention, WhereWaitersWakeEachOtherThereIsALock) {
  RuleStory story(std::make_unique<LockContention>());
  for (int i = 0; i < 200; ++i) story.by(100, 100 + i % 3).call(wait_at(0x500), milliseconds(1)).call(wake_at(0x500));
  EXPECT_THAT(story.sentences(), HasSubstr("3 threads waited 200 times for the lock at 0x500, 200 ms altogether"));
}

TEST(LockContention, WorkersThatAreWokenByAnotherWaitForWork) {
  RuleStory story(std::make_unique<LockContention>());
  for (int i = 0; i < 200; ++i) {
    story.by(100, 101 + i % 3).call(wait_at(0x500), milliseconds(1)).by(100, 100).call(wake_at(0x500));
  }
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(LockContention, AFewWaitsAreNone) {
  RuleStory story(std::make_unique<LockContention>());
  for (int i = 0; i < 20; ++i) story.by(100, 100 + i % 2).call(wait_at(0x500), milliseconds(10)).call(wake_at(0x500));
  EXPECT_THAT(story.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
