// The ptrace engine on small tracees. Kept small: a stop costs up to a tenth of a millisecond.
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <atomic>
#include <thread>

#include "recorder/proc.h"
#include "recorder/ptrace/ptrace_source.h"
#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

// Adds what the shared collector leaves out, and checks what holds for every event.
class PtraceCollector : public Collector {
 public:
  using Collector::on;
  void on(const JobStop& stop) override { stops.push_back(stop); }
  void on(const Call& call) override {
    if (!call.has(call_in_flight)) {
      EXPECT_GT(call.end(), last_end_) << "two calls ended at the same time";
      last_end_ = call.end();
    }
    Collector::on(call);
  }
  std::vector<JobStop> stops;

 private:
  Nanos last_end_;
};

// Traces a function in a child to its end; returns the child's wait status as the engine saw it.
int trace(PtraceCollector& sink, std::function<int()> body, const RecordOptions& options = {}, const PtraceFeatures& features = {}) {
  Tracee tracee(std::move(body));
  const auto source = make_ptrace_source(options, features);
  EXPECT_TRUE(source->attach(tracee.pid()));
  EXPECT_TRUE(source->poll(sink, Nanos{1'000'000'000}));
  tracee.go();
  poll_to_end(*source, sink);
  return sink.exits.empty() ? -1 : sink.exits.back().status;
}

// Polls until `done`, at most for a minute.
template <typename Done>
void poll_until(EventSource& source, EventSink& sink, Done done) {
  for (int i = 0; i < 3000 && !done(); ++i) ASSERT_TRUE(source.poll(sink, Nanos{20'000'000}));
  EXPECT_TRUE(done());
}

char state_of(Pid pid) { return proc::status_of(Tid{raw(pid)})->state; }

TEST(Ptrace, AGroupStopStopsAndGoesOnAsWithoutATracer) {
  Tracee tracee([] {
    raise(SIGSTOP);
    return 5;
  });
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return !seen.stops.empty(); });
  EXPECT_EQ(seen.stops[0].signo, SIGSTOP);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(source->poll(seen, Nanos{20'000'000}));
  EXPECT_TRUE(seen.exits.empty()) << "it must stay stopped";
  kill(raw(tracee.pid()), SIGCONT);
  poll_to_end(*source, seen);
  ASSERT_EQ(seen.exits.size(), 1u);
  EXPECT_EQ(WEXITSTATUS(seen.exits[0].status), 5);
}

TEST(Ptrace, DetachingLeavesAStoppedProcessStopped) {
  Tracee tracee([] {
    raise(SIGSTOP);
    return 0;
  });
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return !seen.stops.empty(); });
  ASSERT_TRUE(source->stop(seen));
  for (int i = 0; i < 1000 && state_of(tracee.pid()) != 'T'; ++i) usleep(1000);  // it settles after the detaching
  EXPECT_EQ(state_of(tracee.pid()), 'T');
}

TEST(Ptrace, ACallThatEndedBeforeTheDetachingIsNotInFlight) {
  Tracee tracee([] {
    syscall(SYS_getpgid, 0);
    return pause();
  });
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return !seen.named("getpgid").empty() && state_of(tracee.pid()) == 'S'; });
  kill(raw(tracee.pid()), SIGSTOP);
  for (int i = 0; i < 1000 && state_of(tracee.pid()) != 't'; ++i) usleep(1000);  // at the exit of pause, which nobody looks at
  ASSERT_TRUE(source->stop(seen));
  ASSERT_EQ(seen.named("pause").size(), 1u);
  EXPECT_FALSE(seen.named("pause")[0]->call.has(call_in_flight));
  EXPECT_EQ(seen.named("pause")[0]->call.result, -514);  // ERESTARTNOHAND
}

TEST(Ptrace, ChildrenOfOthersKeepTheirStatus) {
  Tracee tracee([] {
    for (int i = 0; i < 20; ++i) syscall(SYS_getpgid, 0);
    return 0;
  });
  const pid_t foreign = fork();
  if (foreign == 0) _exit(55);
  usleep(50000);  // it is a zombie when the engine begins to wait
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_to_end(*source, seen);
  EXPECT_EQ(seen.named("getpgid").size(), 20u);
  int status = 0;
  ASSERT_EQ(waitpid(foreign, &status, 0), foreign);
  EXPECT_EQ(WEXITSTATUS(status), 55);
}

TEST(Ptrace, TheWaysOfOlderKernelsSeeTheSameCalls) {
  const auto body = [] {
    const int fd = open("/dev/null", O_WRONLY);
    for (int i = 0; i < 3; ++i) {
      if (write(fd, "abc", 3) != 3) return 1;
    }
    std::thread([] { syscall(SYS_getpgid, 1111); }).join();
    return 9;
  };
  PtraceCollector usual;
  ASSERT_EQ(WEXITSTATUS(trace(usual, body)), 9);
  for (const PtraceFeatures features : {PtraceFeatures{true, false}, PtraceFeatures{false, true}, PtraceFeatures{false, false}}) {
    PtraceCollector old;
    EXPECT_EQ(WEXITSTATUS(trace(old, body, {}, features)), 9);
    for (const char* const name : {"openat", "write", "getpgid", "clone3", "exit_group", "exit"}) {
      EXPECT_EQ(old.named(name).size(), usual.named(name).size()) << name;
    }
    EXPECT_EQ(old.tasks.size(), usual.tasks.size());
    ASSERT_FALSE(old.named("write").empty());
    EXPECT_EQ(old.named("write")[0]->call.result, 3);
    EXPECT_EQ(old.named("write")[0]->at(1, Phase::entry)->data, "abc");
  }
}

TEST(Ptrace, PtraceAttachIsUndoneWithoutATrace) {
  Tracee tracee([] {
    usleep(300000);
    return 4;
  });
  PtraceCollector seen;
  const auto source = make_ptrace_source({}, PtraceFeatures{false, true});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return !seen.tasks.empty(); });
  ASSERT_TRUE(source->stop(seen));
  EXPECT_EQ(seen.detached.size(), 1u);
  const int status = tracee.wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 4) << "no SIGSTOP of ours may be left over";
}

}  // namespace
}  // namespace sysreel
