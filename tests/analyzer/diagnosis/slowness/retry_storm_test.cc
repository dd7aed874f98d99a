// Connects that are tried again at once.
#include "analyzer/diagnosis/slowness/retry_storm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int econnrefused = 111;
const std::string database = {2, 0, 21, 56, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};

CallBuilder connect_that(std::int64_t result) { return CallBuilder("connect", {3, 0x1000, 16}).in(0x1000, database).returns(result); }

TEST(RetryStorm, ManyAttemptsWithoutAPause) {
  RuleStory story(std::make_unique<RetryStorm>());
  for (int i = 0; i < 50; ++i) story.call(connect_that(-econnrefused)).pause(milliseconds(10));
  EXPECT_THAT(story.sentences(), HasSubstr("tried to connect to 127.0.0.1:5432 50 times in a row"));
  EXPECT_THAT(story.sentences(), HasSubstr("ECONNREFUSED"));
}

TEST(RetryStorm, PatientAttemptsAndThoseThatSucceedAreNone) {
  RuleStory patient(std::make_unique<RetryStorm>()), lucky(std::make_unique<RetryStorm>());
  for (int i = 0; i < 50; ++i) {
    patient.call(connect_that(-econnrefused)).pause(seconds(1));
    lucky.call(connect_that(i % 2 == 0 ? 0 : -econnrefused));
  }
  EXPECT_THAT(patient.findings(), IsEmpty());
  EXPECT_THAT(lucky.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
