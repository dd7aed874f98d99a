// What is said when the peer is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HungUp, SaysHowMuchWentThroughBefore) {
  Scenario story;
  story.socket(5, inet_address(40000), inet_address(80)).write(5, "GET /").read(5).write(5, "more", epipe);
  EXPECT_THAT(story.explanation(epipe), HasSubstr("5 bytes were sent and 10 received"));
}

TEST(HungUp, ANewDescriptorBeginsToCountAnew) {
  Scenario story;
  story.write(5, "12345").call(CallBuilder("close", {5})).write(5, "x", epipe);
  EXPECT_THAT(story.explanation(epipe), Not(HasSubstr("5 bytes were sent")));
}

}  // namespace
}  // namespace sysreel::errors
