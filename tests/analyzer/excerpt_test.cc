#include "analyzer/text/excerpt.h"

#include <gmock/gmock.h>

#include "format/owned_event.h"

namespace sysreel::text {
namespace {

using ::testing::ElementsAre;

Call call(std::int64_t start, std::int64_t duration, std::uint16_t flags = 0) {
  return {.pid = Pid{1}, .tid = Tid{1}, .start = {start}, .duration = {duration}, .flags = flags};
}

// Kinds of the events handed on, a hidden call as "hidden".
std::vector<std::string> names(const OwnedEvents& events) {
  std::vector<std::string> names;
  for (const AnyEvent& event : events.events()) {
    const auto* const call = std::get_if<Call>(&event);
    names.emplace_back(call && call->has(call_hidden) ? "hidden" : event_kind_fields[event.index()]);
  }
  return names;
}

TEST(Excerpt, ShowsWhatWasGoingOnInTheWindow) {
  OwnedEvents seen;
  Excerpt excerpt(seen, {{100}, {200}});
  excerpt.on(call(50, 49));   // before
  excerpt.on(call(50, 50));   // ends as it opens
  excerpt.on(call(200, 999)); // begins as it closes
  excerpt.on(call(201, 1));   // behind
  EXPECT_THAT(names(seen), ElementsAre("hidden", "calls", "calls", "hidden"));
}

TEST(Excerpt, HandsOnTheStateAndNothingThatWouldPrint) {
  OwnedEvents seen;
  Excerpt excerpt(seen, {{100}, {200}});
  excerpt.on(TaskNew{.pid = Pid{1}, .tid = Tid{1}, .time = {1}});
  excerpt.on(FdFact{.pid = Pid{1}, .time = {2}});
  excerpt.on(Signal{.pid = Pid{1}, .time = {3}});
  excerpt.on(call(4, 5, call_in_flight));
  excerpt.on(TaskExit{.pid = Pid{1}, .tid = Tid{1}, .time = {9}});
  excerpt.on(TaskExit{.pid = Pid{2}, .tid = Tid{2}, .time = {150}});
  EXPECT_THAT(names(seen), ElementsAre("newTasks", "fdFacts", "taskDetaches", "taskExits"));
}

}  // namespace
}  // namespace sysreel::text
