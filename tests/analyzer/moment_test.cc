#include "analyzer/text/moment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

class Kept final : public text::TextSink {
 public:
  void write(Tid, std::string_view piece) override { text += piece; }
  std::string text;
};

std::string moment_of(std::uint64_t chosen, int calls) {
  Kept kept;
  text::TextOptions options;
  text::Moment moment(chosen, options, kept);
  moment.begin({});
  for (int i = 1; i <= calls; ++i) moment.on(CallBuilder("close", {static_cast<std::uint64_t>(i)}).event());
  moment.finish();
  return moment.found() ? kept.text : "not found";
}

TEST(Moment, MarksTheEventAndShowsItsSurroundings) {
  const std::string text = moment_of(50, 100);
  EXPECT_THAT(text, HasSubstr("> #50 "));
  EXPECT_THAT(text, HasSubstr("close(50)"));
  EXPECT_THAT(text, HasSubstr("  #40 "));
  EXPECT_THAT(text, HasSubstr("  #55 "));
  EXPECT_THAT(text, Not(HasSubstr("#39 ")));
  EXPECT_THAT(text, Not(HasSubstr("#56 ")));
}

TEST(Moment, TheFirstAndTheLastEventAreThere) {
  EXPECT_THAT(moment_of(1, 3), HasSubstr("> #1 "));
  EXPECT_THAT(moment_of(3, 3), HasSubstr("> #3 "));
}

TEST(Moment, AnEventBeyondTheEndIsNotFound) {
  EXPECT_EQ(moment_of(4, 3), "not found");
}

TEST(Moment, TellsEventsThatAreNoLines) {
  Kept kept;
  text::TextOptions options;
  text::Moment moment(1, options, kept);
  moment.begin({});
  const std::string_view figures = "anon-rss 64 kB\n";
  moment.on(Snapshot{
      .pid = Pid{7}, .tid = Tid{7}, .kind = SnapshotKind::oom_victim, .data = std::as_bytes(std::span(figures))});
  EXPECT_THAT(kept.text, HasSubstr("chosen by the OOM killer"));
  EXPECT_THAT(kept.text, HasSubstr("anon-rss 64 kB"));
}

}  // namespace
}  // namespace sysreel
