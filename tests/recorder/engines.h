// What both real engines must do alike: the fixture of the suites that run for each of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "recorder/ptrace/ptrace_source.h"
#include "tests/recorder/engine_harness.h"

namespace sysreel::testing {

// Polls until `done`, at most for a minute.
template <typename Done>
void poll_until(EventSource& source, EventSink& sink, Done done) {
  for (int i = 0; i < 3000 && !done(); ++i) ASSERT_TRUE(source.poll(sink, Nanos{20'000'000}));
  EXPECT_TRUE(done());
}

class Engines : public ::testing::TestWithParam<const char*> {
 protected:
  static std::unique_ptr<EventSource> open_engine(const RecordOptions& options = {}) {
    if (std::string_view(GetParam()) == "ptrace") return make_ptrace_source(options);
    return open_source(options);
  }
  // Records a function that runs in a child, from the attach to its end. Returns its wait status as the engine saw it.
  static int trace(Collector& seen, std::function<int()> body, const RecordOptions& options = {}) {
    Tracee tracee(std::move(body));
    const auto source = open_engine(options);
    EXPECT_TRUE(source && source->attach(tracee.pid()));
    poll_until(*source, seen, [&] { return !seen.tasks.empty(); });
    tracee.go();
    poll_to_end(*source, seen);
    return seen.exits.empty() ? -1 : seen.exits.back().status;
  }
  // The same of a child that is launched: it shows from its first execve on.
  static void trace_launch(Collector& seen, std::function<int()> body) {
    Tracee tracee(std::move(body));
    const auto source = open_engine();
    ASSERT_TRUE(source && source->attach_launched(tracee.pid()));
    ASSERT_TRUE(source->poll(seen, Nanos{100'000'000}));
    tracee.go();
    poll_to_end(*source, seen);
  }
};

inline std::string engine_of(const ::testing::TestParamInfo<const char*>& info) { return info.param; }

}  // namespace sysreel::testing
