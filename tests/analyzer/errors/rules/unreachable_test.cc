// What is said of a peer that does not answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

TEST(Unreachable, TellsDroppedFromRejected) {
  constexpr int enetunreach = 101;
  Scenario dropped, no_route;
  dropped.connect(3, inet_address(80), etimedout);
  EXPECT_THAT(dropped.explanation(etimedout), HasSubstr("dropped on the way"));
  no_route.connect(3, inet_address(80), enetunreach);
  EXPECT_THAT(no_route.explanation(enetunreach), HasSubstr("no route"));
}

}  // namespace
}  // namespace sysreel::errors
