// The flight recorder writes what led to an event, and nothing as long as nothing happens.
#include <csignal>

#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

class Flight : public TraceRecord, public testing::WithParamInterface<const char*> {
 protected:
  Ran record(std::vector<std::string> more) {
    more.insert(more.begin(), {"--engine", GetParam(), "--flight", "8M", "-o", "f.reel"});
    return run(more);
  }
  // Why the first reel was written; empty if there is none.
  std::string reason() {
    if (reels().empty()) return "";
    OwnedEvents events;
    read("f.0001.reel", events);
    if (events.empty()) return "";
    const auto* const end = std::get_if<End>(&events.events().back());
    if (!end) return "";
    EXPECT_TRUE(std::any_of(events.events().begin(), events.events().end(), [](const AnyEvent& event) { return std::holds_alternative<Call>(event); }));
    return std::string(end->message);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Flight, testing::Values("ptrace", "ebpf"));

TEST_P(Flight, WritesNothingIfNothingHappens) {
  EXPECT_EQ(record({"--", "true"}).code(), 0);
  EXPECT_TRUE(reels().empty());
}

TEST_P(Flight, WritesWhenTheTargetFails) {
  EXPECT_EQ(record({"--", "sh", "-c", "exit 3"}).code(), 3);
  EXPECT_NE(reason().find("exited with 3"), std::string::npos) << reason();
}

TEST_P(Flight, WritesWhenTheTargetIsKilled) {
  record({"--", "sh", "-c", "kill -SEGV $$"});
  EXPECT_NE(reason().find("SIGSEGV"), std::string::npos) << reason();
}

TEST_P(Flight, WritesWhenAnErrorAppears) {
  EXPECT_EQ(record({"--on", "errno=ENOSPC", "--", "sh", "-c", "echo x 2>/dev/null >/dev/full; exit 0"}).code(), 0);
  EXPECT_NE(reason().find("ENOSPC"), std::string::npos) << reason();
}

TEST_P(Flight, WritesWhenACallIsSlow) {
  EXPECT_EQ(record({"--on", "slower=clock_nanosleep:200ms", "-f", "--", "sleep", "0.4"}).code(), 0);
  EXPECT_NE(reason().find("clock_nanosleep"), std::string::npos) << reason();
}

TEST_P(Flight, WritesWhenAsked) {
  std::FILE* const err = std::tmpfile();
  const pid_t recorder = start({"--engine", GetParam(), "--flight", "30s", "-o", "f.reel", "sleep", "1000"}, nullptr, err);
  // Asked until it has set itself up and written; a request may come before there is anything to write.
  for (int i = 0; i < 200 && reels().empty(); ++i) {
    static_cast<void>(run({"--dump"}));
    usleep(100000);
  }
  ASSERT_FALSE(reels().empty());
  kill(recorder, SIGTERM);
  int status = 0;
  waitpid(recorder, &status, 0);
  EXPECT_NE(read_all(err).find("SIGUSR2"), std::string::npos);
}

TEST_F(TraceRecord, RefusesTriggersThatMeanNothing) {
  EXPECT_EQ(run({"--flight", "8M", "--on", "errno=ENOSUCH", "true"}).code(), 2);
  EXPECT_EQ(run({"--flight", "8M", "--on", "slower=fsync", "true"}).code(), 2);
  EXPECT_EQ(run({"--flight", "7", "true"}).code(), 2);
  EXPECT_EQ(run({"--on", "errno=EIO", "true"}).code(), 2);
  EXPECT_EQ(run({"--flight", "8M", "--rotate", "1M", "true"}).code(), 2);
}

}  // namespace
}  // namespace sysreel
