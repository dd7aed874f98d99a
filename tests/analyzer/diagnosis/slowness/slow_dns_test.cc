// Name servers that answer late or not at all.
#include "analyzer/diagnosis/slowness/slow_dns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string name_server = {2, 0, 0, 53, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0};
const std::string web_server = {2, 0, 1, 53, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0};

RuleStory story_of_dns(const std::string& peer) {
  RuleStory story(std::make_unique<SlowDns>());
  story.datagram(3, peer);
  return story;
}
CallBuilder question() { return CallBuilder("sendto", {3, 0x1000, 30, 0, 0, 0}).returns(30); }
CallBuilder answer() { return CallBuilder("recvfrom", {3, 0x1000, 1024, 0, 0, 0}).returns(60); }

TEST(SlowDns, TellsALateAnswerAndRepeatedQuestions) {
  RuleStory story = story_of_dns(name_server);
  story.call(question()).pause(seconds(5)).call(question()).pause(milliseconds(10)).call(answer());
  EXPECT_THAT(story.sentences(), HasSubstr("name server 10.0.0.2:53: 1 answers late (5.0 s at the longest), 1 questions repeated, 0 given up"));
}

TEST(SlowDns, TwoQuestionsAtOnceAreNoRepetition) {
  RuleStory story = story_of_dns(name_server);
  story.call(question()).call(question()).pause(milliseconds(20)).call(answer());
  EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(SlowDns, AQuestionWithoutAnswerIsGivenUp) {
  RuleStory story = story_of_dns(name_server);
  story.call(question()).pause(seconds(10)).call(CallBuilder("close", {3}));
  EXPECT_THAT(story.sentences(), HasSubstr("1 given up"));
}

TEST(SlowDns, OtherServersMayBeSlow) {
  RuleStory story = story_of_dns(web_server);
  story.call(question()).pause(seconds(5)).call(answer());
  EXPECT_THAT(story.findings(), IsEmpty());
}

}  // namespace
}  // namespace sysreel
