// What is said of a full pipe.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

constexpr std::uint32_t o_wronly = 1;

TEST(NotNow, SaysHowMuchWentThroughAndWhoHoldsTheOtherEnd) {
  Scenario story;
  story.by(200).descriptor(0, FdKind::fifo, "pipe:[9]");
  story.by(100).descriptor(5, FdKind::fifo, "pipe:[9]", o_wronly);
  story.write(5, "12345").write(5, "x", eagain);
  EXPECT_THAT(story.explanation(eagain), HasSubstr("it is full: 5 bytes had been written"));
  EXPECT_THAT(story.explanation(eagain), HasSubstr("the other end is held by process[200] as 0"));
}

TEST(NotNow, SaysThatNobodyIsKnownToRead) {
  Scenario story;
  story.descriptor(5, FdKind::fifo, "pipe:[9]", o_wronly).write(5, "x", eagain);
  EXPECT_THAT(story.explanation(eagain), HasSubstr("no recorded process holds the other end"));
}

}  // namespace
}  // namespace sysreel::errors
