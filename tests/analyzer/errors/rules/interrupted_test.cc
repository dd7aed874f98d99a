// What is said of interrupted calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Interrupted, NamesTheSignalAndItsSender) {
  constexpr int sigalrm = 14;
  Scenario story;
  Signal signal;
  signal.pid = Pid{100};
  signal.tid = Tid{100};
  signal.signo = sigalrm;
  signal.sender_pid = Pid{200};
  story.event(signal).read(3, eintr);
  EXPECT_THAT(story.explanation(eintr), HasSubstr("SIGALRM, from process[200]"));
  EXPECT_THAT(story.explanation(eintr), HasSubstr("SA_RESTART"));
}

TEST(Interrupted, WithoutASignalNothingIsClaimed) {
  Scenario story;
  story.read(3, eintr);
  EXPECT_THAT(story.explanation(eintr), Not(HasSubstr("signal to this thread")));
}

}  // namespace
}  // namespace sysreel::errors
