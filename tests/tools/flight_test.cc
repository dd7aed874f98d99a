// The flight recorder writes what led to an event, and nothing as long as nothing happens.
#include <csignal>
#include <cstdlib>

#include "recorder/proc.h"
#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

class Flight : public TraceRecord, public testing::WithParamInterface<const char*> {
 protected:
  Ran record(std::vector<std::string> more) {
    more.insert(more.begin(), {"--engine", GetParam(), "--flight", "8M", "-o", "f.reel"});
    return run(more);
  }
  // Why the first reel was written, in words; empty if there is none.
  std::string reason(EndReason expected = EndReason::triggered) {
    if (reels().empty()) return "";
    OwnedEvents events;
    read("f.0001.reel", events);
    if (events.empty()) return "";
    const auto* const end = std::get_if<End>(&events.events().back());
    if (!end) return "";
    EXPECT_EQ(end->reason, expected);
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

// A flight recorder of a test, and what it says of itself.
struct Flying {
  pid_t recorder = 0;
  std::FILE* err = std::tmpfile();

  std::string land() const {
    kill(recorder, SIGTERM);
    int status = 0;
    waitpid(recorder, &status, 0);
    return read_all(err);
  }
};

bool catches_usr2(pid_t pid) {
  const std::string status = proc::read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  const std::size_t at = status.find("SigCgt:\t");
  return at != std::string::npos && (std::stoull(status.substr(at + 8, 16), nullptr, 16) >> (SIGUSR2 - 1) & 1) != 0;
}

// The first child of a process; 0 as long as it has none.
pid_t child_of(pid_t pid) {
  const std::string name = std::to_string(pid);
  return std::atoi(proc::read_file("/proc/" + name + "/task/" + name + "/children").value_or("").c_str());
}

TEST_P(Flight, WritesWhenAsked) {
  Flying one;
  one.recorder = start({"--engine", GetParam(), "--flight", "30s", "-f", "-o", "f.reel", "--", "sh", "-c", "while :; do sleep 0.02; done"}, nullptr, one.err);
  // A child of the command says that there is something to write.
  for (int i = 0; i < 300 && (!child_of(one.recorder) || !child_of(child_of(one.recorder))); ++i) usleep(50000);
  for (int i = 0; i < 200 && reels().empty(); ++i) {
    static_cast<void>(run({"--dump", std::to_string(one.recorder)}));
    usleep(100000);
  }
  ASSERT_FALSE(reels().empty());
  EXPECT_NE(one.land().find("SIGUSR2"), std::string::npos);
  EXPECT_NE(reason(EndReason::requested).find("SIGUSR2"), std::string::npos);
}

TEST_F(TraceRecord, ADumpIsAskedOfTheFlightRecorderThatIsMeant) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  std::filesystem::create_directory(path("a"));
  std::filesystem::create_directory(path("b"));
  Flying a, b;
  a.recorder = start({"--engine", "ptrace", "--flight", "30s", "-o", "a/f.reel", "sleep", "1000"}, nullptr, a.err);
  b.recorder = start({"--engine", "ptrace", "--flight", "30s", "-o", "b/f.reel", "sleep", "1000"}, nullptr, b.err);
  for (int i = 0; i < 300 && !(catches_usr2(a.recorder) && catches_usr2(b.recorder) && child_of(a.recorder) && child_of(b.recorder)); ++i) usleep(100000);
  const auto until_written = [this](const std::vector<std::string>& request, const char* folder) {
    for (int i = 0; i < 200 && std::filesystem::is_empty(path(folder)); ++i) {
      const Ran ran = run(request);
      EXPECT_EQ(ran.code(), 0) << ran.err;
      EXPECT_NE(ran.err.find("1 flight recorder asked"), std::string::npos) << ran.err;
      usleep(100000);
    }
    return !std::filesystem::is_empty(path(folder));
  };
  EXPECT_TRUE(until_written({"--dump", "-o", "a/f.reel"}, "a"));
  EXPECT_TRUE(std::filesystem::is_empty(path("b")));
  EXPECT_TRUE(until_written({"--dump", std::to_string(child_of(b.recorder))}, "b")) << "a target names its recorder";

  EXPECT_EQ(run({"--dump", "-o", "c/f.reel"}).code(), 3);
  EXPECT_EQ(run({"--dump", std::to_string(getpid())}).code(), 3);
  EXPECT_EQ(run({"--dump", "sleep"}).code(), 2);
  // Without a choice they are those of the user who asks: root's are none of nobody's.
  const Ran other = run({"--dump"}, [] {
    static_cast<void>(!setgid(65534));
    static_cast<void>(!setuid(65534));
  });
  EXPECT_EQ(other.code(), 3) << other.err;
  a.land();
  b.land();
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
