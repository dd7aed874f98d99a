// What is said of an address that is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

CallBuilder bind_of(int port) { return CallBuilder("bind", {3, 0x1000, 16}).in(0x1000, inet_address(port)).fails(eaddrinuse); }

TEST(AddressInUse, NamesWhoHoldsIt) {
  Scenario story;
  story.by(200).socket(6, inet_address(8080), "").by(100).socket(3, "", "").call(bind_of(8080));
  EXPECT_THAT(story.explanation(eaddrinuse), HasSubstr("process[200] holds it as descriptor 6"));
}

TEST(AddressInUse, AnotherPortIsNobodysFault) {
  Scenario story;
  story.by(200).socket(6, inet_address(8081), "").by(100).call(bind_of(8080));
  EXPECT_THAT(story.explanation(eaddrinuse), HasSubstr("no recorded process holds it"));
}

}  // namespace
}  // namespace sysreel::errors
