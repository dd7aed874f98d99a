// Calls that should be quick and are not.
#include "analyzer/diagnosis/slowness/slow_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SlowCalls, NamesTheFileThatIsSlowToSync) {
  RuleStory story(std::make_unique<SlowCalls>(slow_sync));
  story.descriptor(3, FdKind::file, "/var/lib/db/wal", 5);
  for (int i = 0; i < 3; ++i) story.call(CallBuilder("fdatasync", {3}), milliseconds(150));
  ASSERT_EQ(story.findings().size(), 1u);
  EXPECT_THAT(story.sentences(), HasSubstr("waited 450 ms for syncing to disk (3</var/lib/db/wal>), 150 ms at the longest"));
}

TEST(SlowCalls, QuickSyncsAreNone) {
  RuleStory story(std::make_unique<SlowCalls>(slow_sync));
  for (int i = 0; i < 1000; ++i) story.call(CallBuilder("fdatasync", {3}), milliseconds(2));
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(SlowCalls, NamesThePathThatIsSlowToOpen) {
  RuleStory story(std::make_unique<SlowCalls>(slow_open));
  story.call(CallBuilder("openat", {0xffffff9c, 0x1000, 0, 0}).in_string(0x1000, "/net/home/x").returns(3), seconds(2));
  story.call(CallBuilder("openat", {0xffffff9c, 0x1000, 0, 0}).in_string(0x1000, "/etc/hosts").returns(3), milliseconds(1));
  ASSERT_EQ(story.findings().size(), 1u);
  EXPECT_THAT(story.sentences(), HasSubstr("(\"/net/home/x\"), 2.0 s at the longest"));
}

}  // namespace
}  // namespace sysreel
