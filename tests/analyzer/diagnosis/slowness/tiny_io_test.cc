// Many small reads and writes.
#include "analyzer/diagnosis/slowness/tiny_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CallBuilder write_bytes(std::int64_t count) { return CallBuilder("write", {3, 0x1000, static_cast<std::uint64_t>(count)}).returns(count); }

RuleStory story_of_writes(FdKind kind, std::int64_t bytes, Nanos pause) {
  RuleStory story(std::make_unique<TinyIo>());
  story.descriptor(3, kind, "/tmp/out", 5);
  for (int i = 0; i < 12'000; ++i) story.call(write_bytes(bytes)).pause(pause);
  return story;
}

TEST(TinyIo, OneByteAtATimeIsSlow) {
  RuleStory story = story_of_writes(FdKind::file, 1, microseconds(1));
  EXPECT_THAT(story.sentences(), HasSubstr("made 12000 calls of write on 3</tmp/out> for 1.0 bytes each"));
}

TEST(TinyIo, LargeWritesSeldomWritesAndSocketsAreNot) {
  EXPECT_THAT(story_of_writes(FdKind::file, 4096, microseconds(1)).findings(), IsEmpty());
  EXPECT_THAT(story_of_writes(FdKind::file, 1, milliseconds(1)).findings(), IsEmpty());
  EXPECT_THAT(story_of_writes(FdKind::socket, 1, microseconds(1)).findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
