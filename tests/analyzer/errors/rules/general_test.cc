// Every errno has advice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(General, EveryErrnoHasANextStep) {
  for (int error = 1; error < 134; ++error) {
    Scenario story;
    story.open("/etc/app.conf", error);
    EXPECT_THAT(story.explanation(error), Not(HasSubstr("  "))) << error;
    EXPECT_GT(story.explanation(error).size(), 10u) << error;
  }
}

}  // namespace
}  // namespace sysreel::errors
