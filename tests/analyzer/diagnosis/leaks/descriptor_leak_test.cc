// Descriptors opened and not closed.
#include "analyzer/diagnosis/leaks/descriptor_leak.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CallBuilder open_as(int fd) { return CallBuilder("openat", {0xffffff9c, 0x1000, 0, 0}).in_string(0x1000, "/data/x").returns(fd); }

RuleStory story_of_leak() { return RuleStory(std::make_unique<DescriptorLeak>()); }

TEST(DescriptorLeak, FilesOpenedAllTheTimeAndNotClosed) {
  RuleStory story = story_of_leak();
  for (int i = 0; i < 150; ++i) {
    const int fd = i + 3;
    story.descriptor(fd, FdKind::file, "/data/" + std::to_string(i), static_cast<std::uint64_t>(fd)).call(open_as(fd)).pause(milliseconds(10));
  }
  EXPECT_THAT(story.sentences(), HasSubstr("opened /data/# 150 times"));
}

TEST(DescriptorLeak, ClosedOnesAndABurstAtTheStartAreNone) {
  RuleStory closing = story_of_leak(), burst = story_of_leak();
  for (int i = 0; i < 300; ++i) {
    closing.descriptor(3, FdKind::file, "/data/x", 5).call(open_as(3)).call(CallBuilder("close", {3})).pause(milliseconds(10));
    burst.descriptor(i + 3, FdKind::file, "/data/x", 5).call(open_as(i + 3));
  }
  burst.pause(seconds(10)).call(CallBuilder("close", {2}));
  EXPECT_THAT(closing.findings(), IsEmpty());
  EXPECT_THAT(burst.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
