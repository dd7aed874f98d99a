// Mappings made and kept.
#include "analyzer/diagnosis/leaks/mapping_leak.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CallBuilder map() { return CallBuilder("mmap", {0, 1 << 20, 3, 0x22, ~0ull, 0}).returns(0x7f0000000000); }
CallBuilder unmap() { return CallBuilder("munmap", {0x7f0000000000, 1 << 20}); }

TEST(MappingLeak, MappingsMadeAllTheTimeAndKept) {
  RuleStory story(std::make_unique<MappingLeak>());
  for (int i = 0; i < 1500; ++i) story.call(map()).pause(milliseconds(1));
  EXPECT_THAT(story.sentences(), HasSubstr("made 1500 mappings within 1.5 s and unmapped 0: 1500 MiB more"));
}

TEST(MappingLeak, UnmappedOnesAndABurstAtTheStartAreNone) {
  RuleStory tidy(std::make_unique<MappingLeak>()), burst(std::make_unique<MappingLeak>());
  for (int i = 0; i < 1500; ++i) {
    tidy.call(map()).call(unmap());
    burst.call(map());
  }
  burst.pause(seconds(10)).call(unmap());
  EXPECT_THAT(tidy.findings(), IsEmpty());
  EXPECT_THAT(burst.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
