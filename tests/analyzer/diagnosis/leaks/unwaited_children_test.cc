// Zombies.
#include "analyzer/diagnosis/leaks/unwaited_children.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t sigchld = 17;

RuleStory family_of(int children) {
  RuleStory story(std::make_unique<UnwaitedChildren>());
  story.born(100, 100);
  for (int child = 200; child < 200 + children; ++child) story.born(child, child, 100);
  return story;
}

TEST(UnwaitedChildren, ThoseThatEndedLongAgoAreZombies) {
  RuleStory story = family_of(4);
  for (int child = 200; child < 204; ++child) story.ended(child);
  story.pause(seconds(2));
  EXPECT_THAT(story.sentences(), HasSubstr("has 4 children that ended and were not waited for"));
}

TEST(UnwaitedChildren, ThoseThatWereWaitedForAreNot) {
  RuleStory story = family_of(4);
  for (int child = 200; child < 204; ++child) story.ended(child).call(CallBuilder("wait4", {~0ull, 0, 0, 0}).returns(child));
  story.pause(seconds(2));
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(UnwaitedChildren, AParentThatIgnoresSigchldHasNone) {
  RuleStory story = family_of(4);
  const std::string ignore = {1, 0, 0, 0, 0, 0, 0, 0};
  story.call(CallBuilder("rt_sigaction", {sigchld, 0x1000, 0, 8}).in(0x1000, ignore));
  for (int child = 200; child < 204; ++child) story.ended(child);
  story.pause(seconds(2));
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(UnwaitedChildren, AParentThatEndedHasNone) {
  RuleStory story = family_of(4);
  for (int child = 200; child < 204; ++child) story.ended(child);
  story.ended(100).pause(seconds(2));
  EXPECT_THAT(story.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
