// What is said of descriptors that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(BadDescriptor, TellsAFailedOpenFromALateUse) {
  Scenario failed_open, late;
  failed_open.read(-1, ebadf);
  EXPECT_THAT(failed_open.explanation(ebadf), HasSubstr("the number is negative"));
  late.read(7, ebadf);
  EXPECT_THAT(late.explanation(ebadf), Not(HasSubstr("negative")));
}

TEST(BadDescriptor, ClosingTwiceIsABugByItself) {
  Scenario story;
  story.call(CallBuilder("close", {7}).fails(ebadf));
  EXPECT_THAT(story.explanation(ebadf), HasSubstr("closes a descriptor twice"));
}

}  // namespace
}  // namespace sysreel::errors
