// What is said of a refused connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

TEST(Refused, SaysWhetherAnybodyHadThatAddress) {
  Scenario nobody, somebody;
  nobody.connect(3, inet_address(80), econnrefused);
  EXPECT_THAT(nobody.explanation(econnrefused), HasSubstr("no recorded process had a socket"));
  EXPECT_THAT(nobody.explanation(econnrefused), HasSubstr("should listen on 127.0.0.1:80"));
  somebody.by(200).socket(4, inet_address(80), "").by(100).connect(3, inet_address(80), econnrefused);
  EXPECT_THAT(somebody.explanation(econnrefused), HasSubstr("process[200] has a socket at this address"));
}

}  // namespace
}  // namespace sysreel::errors
