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
#include "tests/recorder/ebpf_harness.h"

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

RecordOptions following() {
  RecordOptions options;
  options.follow_forks = true;
  return options;
}

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

// Polls until `done`, at most ten seconds.
template <typename Done>
void poll_until(EventSource& source, EventSink& sink, Done done) {
  for (int i = 0; i < 500 && !done(); ++i) ASSERT_TRUE(source.poll(sink, Nanos{20'000'000}));
  EXPECT_TRUE(done());
}

char state_of(Pid pid) { return proc::status_of(Tid{raw(pid)})->state; }

TEST(Ptrace, DeliversACallWithItsMemoryResultAndTimes) {
  PtraceCollector seen;
  const int status = trace(seen, [] {
    const int fd = open("/dev/null", O_RDWR);
    if (write(fd, "hello", 5) != 5) return 1;
    char buffer[8];
    return read(fd, buffer, sizeof buffer) == 0 ? 7 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  ASSERT_EQ(seen.named("write").size(), 1u);
  const SeenCall& write_call = *seen.named("write")[0];
  EXPECT_EQ(write_call.call.result, 5);
  EXPECT_GT(write_call.call.duration.value, 0);
  ASSERT_TRUE(write_call.at(1, Phase::entry));
  EXPECT_EQ(write_call.at(1, Phase::entry)->data, "hello");
  ASSERT_EQ(seen.facts.size(), 1u);
  EXPECT_EQ(seen.fact_paths[0], "/dev/null");
  EXPECT_EQ(seen.facts[0].kind, FdKind::char_device);
}

TEST(Ptrace, ExitHasNoResult) {
  PtraceCollector seen;
  trace(seen, [] { return 3; });
  ASSERT_EQ(seen.named("exit_group").size(), 1u);
  EXPECT_TRUE(seen.named("exit_group")[0]->call.has(call_no_result));
  EXPECT_EQ(seen.named("exit_group")[0]->call.args[0], 3u);
  ASSERT_EQ(seen.exits.size(), 1u);
  EXPECT_TRUE(seen.exits[0].whole_process);
}

TEST(Ptrace, FollowsThreadsButNotChildrenUnlessAsked) {
  const auto body = [] {
    std::thread other([] { syscall(SYS_getpgid, 1111); });
    other.join();
    const pid_t child = fork();
    if (child == 0) {
      syscall(SYS_getpgid, 2222);
      _exit(3);
    }
    waitpid(child, nullptr, 0);
    return 0;
  };
  PtraceCollector alone, with_children;
  trace(alone, body);
  trace(with_children, body, following());
  ASSERT_EQ(alone.named("getpgid").size(), 1u);
  EXPECT_EQ(alone.named("getpgid")[0]->call.args[0], 1111u);
  EXPECT_EQ(alone.tasks.size(), 2u);
  EXPECT_EQ(with_children.named("getpgid").size(), 2u);
  ASSERT_EQ(with_children.tasks.size(), 3u);
  const TaskNew& thread = with_children.tasks[1];
  EXPECT_EQ(thread.pid, with_children.tasks[0].pid);
  EXPECT_TRUE(thread.clone_flags & CLONE_THREAD);
  const TaskNew& child = with_children.tasks[2];
  EXPECT_EQ(raw(child.pid), raw(child.tid));
  EXPECT_EQ(child.parent_pid, thread.pid);
  EXPECT_FALSE(child.clone_flags & CLONE_FILES);
}

TEST(Ptrace, AProcessMayDoAloneWithoutItsThreads) {
  RecordOptions options;
  options.follow_threads = false;
  PtraceCollector seen;
  trace(seen, [] {
    std::thread other([] { syscall(SYS_getpgid, 1111); });
    other.join();
    return 0;
  }, options);
  EXPECT_EQ(seen.tasks.size(), 1u);
  EXPECT_TRUE(seen.named("getpgid").empty());
}

TEST(Ptrace, ExecByAThreadThatIsNotTheLeaderTakesTheLeadersId) {
  PtraceCollector seen;
  const int status = trace(seen, [] {
    std::thread([] { execl("/bin/true", "true", nullptr); }).detach();
    while (true) pause();
    return 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ASSERT_EQ(seen.execs.size(), 1u);
  const Exec& exec = seen.execs[0];
  EXPECT_EQ(raw(exec.tid), raw(exec.pid));
  EXPECT_NE(exec.former_tid, exec.tid);
  EXPECT_EQ(exec.former_tid, seen.tasks[1].tid);
  ASSERT_EQ(seen.named("execve").size(), 1u);
  EXPECT_EQ(seen.named("execve")[0]->call.tid, exec.former_tid) << "a call bears the id that its thread had at entry";
  EXPECT_EQ(seen.named("execve")[0]->call.result, 0);
  ASSERT_FALSE(seen.named("pause").empty());
  EXPECT_TRUE(seen.named("pause")[0]->call.has(call_no_result));
  EXPECT_EQ(seen.exits.size(), 1u) << "the thread that became the leader did not end";
}

TEST(Ptrace, ASignalArrivesWithItsSiginfoAndIsDelivered) {
  PtraceCollector seen;
  static std::atomic<int> handled;
  const int status = trace(seen, [] {
    struct sigaction action {};
    action.sa_handler = [](int) { handled = 1; };
    sigaction(SIGUSR1, &action, nullptr);
    sigqueue(getpid(), SIGUSR1, sigval{.sival_int = 4711});
    return handled.load() ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the handler must have run";
  ASSERT_EQ(seen.signals.size(), 1u);
  siginfo_t info{};
  ASSERT_EQ(seen.siginfos[0].size(), sizeof info);
  std::memcpy(&info, seen.siginfos[0].data(), sizeof info);
  EXPECT_EQ(info.si_signo, SIGUSR1);
  EXPECT_EQ(info.si_code, SI_QUEUE);
  EXPECT_EQ(info.si_value.sival_int, 4711);
  ASSERT_FALSE(seen.named("rt_sigreturn").empty());
  EXPECT_TRUE(seen.named("rt_sigreturn")[0]->call.has(call_by_sigreturn));
}

TEST(Ptrace, DeathByASignalIsInTheStatus) {
  PtraceCollector seen;
  const int status = trace(seen, [] {
    raise(SIGKILL);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(Ptrace, AnInterruptedCallShowsTheRestartCode) {
  PtraceCollector seen;
  trace(seen, [] {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
      while (proc::status_of(Tid{parent})->state != 'S') usleep(1000);
      kill(parent, SIGUSR1);
      usleep(20000);
      _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    char byte;
    const bool fine = read(ends[0], &byte, 1) == 1;
    waitpid(child, nullptr, 0);
    return fine ? 0 : 1;
  });
  const auto reads = seen.named("read");
  ASSERT_GE(reads.size(), 2u);
  const auto& interrupted = *reads[reads.size() - 2];
  EXPECT_EQ(interrupted.call.result, -512);
  EXPECT_EQ(reads.back()->call.result, 1);
}

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

TEST(Ptrace, DetachingLeavesARunningProcessRunning) {
  auto* const counter = shared<std::atomic<int>>();
  Tracee tracee([counter] {
    while (true) {
      usleep(1000);
      ++*counter;
    }
    return 0;
  });
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return seen.calls.size() > 5; });
  ASSERT_TRUE(source->stop(seen));
  ASSERT_EQ(seen.detached.size(), 1u);
  EXPECT_EQ(raw(proc::status_of(Tid{raw(tracee.pid())})->tracer), 0);
  const int before = *counter;
  for (int i = 0; i < 1000 && *counter < before + 3; ++i) usleep(10000);
  EXPECT_GE(*counter, before + 3) << "it must run on";
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

// A tracee whose two threads block, in read and in futex, before anybody attaches.
class Blocked {
 public:
  Blocked() : tracee_([this] {
    std::thread sleeper([this] { syscall(SYS_futex, word_, FUTEX_WAIT, 0, nullptr, nullptr, 0); });
    char byte;
    return read(ends_[0], &byte, 1) == 1 ? 0 : 1;
  }) {
    tracee_.go();
    for (int i = 0; i < 1000; ++i) {
      usleep(5000);
      const auto threads = proc::threads_of(tracee_.pid());
      const auto sleeps = [](Tid tid) { return proc::status_of(tid)->state == 'S'; };
      if (threads.size() == 2 && std::all_of(threads.begin(), threads.end(), sleeps)) break;
    }
    usleep(20000);
  }
  Pid pid() const { return tracee_.pid(); }
  int read_end() const { return ends_[0]; }
  const void* word() const { return word_; }

 private:
  struct Ends {
    int fds[2];
    Ends() { EXPECT_EQ(pipe(fds), 0); }
    int operator[](int i) const { return fds[i]; }
  };
  Ends ends_;
  std::atomic<int>* word_ = shared<std::atomic<int>>();
  Tracee tracee_;
};

TEST(Ptrace, CallsThatBlockBeforeTheAttachShowWithTheirArguments) {
  Blocked blocked;
  PtraceCollector seen;
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(blocked.pid()));
  poll_until(*source, seen, [&] { return seen.calls.size() >= 2; });
  ASSERT_EQ(seen.named("read").size(), 1u);
  ASSERT_EQ(seen.named("futex").size(), 1u);
  const Call& read_call = seen.named("read")[0]->call;
  EXPECT_TRUE(read_call.has(call_in_flight) && read_call.has(call_start_unknown));
  EXPECT_EQ(read_call.args[0], static_cast<std::uint64_t>(blocked.read_end()));
  EXPECT_EQ(seen.named("futex")[0]->call.args[0], reinterpret_cast<std::uint64_t>(blocked.word()));
  PtraceCollector later;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(source->poll(later, Nanos{20'000'000}));
  EXPECT_TRUE(later.calls.empty()) << "a restart is no call of its own";
  ASSERT_TRUE(source->report_in_flight(later));
  EXPECT_EQ(later.calls.size(), 2u);
  ASSERT_TRUE(source->stop(later));
  EXPECT_EQ(later.detached.size(), 2u);
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

#if defined(__x86_64__)
TEST(Ptrace, TheConventionBelongsToTheCallNotToTheProcess) {
  PtraceCollector seen;
  trace(seen, [] {
    long result = 20;  // getpid of i386
    asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result == getpid() ? 0 : 1;
  });
  const auto is_compat = [](const SeenCall& call) { return call.call.abi == Abi::i386; };
  const auto found = std::find_if(seen.calls.begin(), seen.calls.end(), is_compat);
  ASSERT_NE(found, seen.calls.end());
  EXPECT_EQ(found->name(), "getpid");
  EXPECT_GT(found->call.result, 0);
}
#endif

TEST(Ptrace, AFilteredRecordingHidesWhatOnlyTheModelNeeds) {
  RecordOptions options;
  options.wanted = only("write");
  PtraceCollector seen;
  trace(seen, [] {
    const int fd = open("/dev/null", O_WRONLY);
    syscall(SYS_getpgid, 0);
    return write(fd, "x", 1) == 1 ? 0 : 1;
  }, options);
  EXPECT_TRUE(seen.named("getpgid").empty());
  ASSERT_EQ(seen.named("openat").size(), 1u);
  EXPECT_TRUE(seen.named("openat")[0]->call.has(call_hidden));
  ASSERT_EQ(seen.named("write").size(), 1u);
  EXPECT_FALSE(seen.named("write")[0]->call.has(call_hidden));
}

TEST(Ptrace, DescriptorsAreKnownBeforeTheCallThatReturnsThem) {
  PtraceCollector seen;
  trace(seen, [] {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, "sysreel-ptrace-test");
    const int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    return bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : 1;
  });
  ASSERT_EQ(seen.facts.size(), 4u) << "two of the pair, the socket, and the socket again when it was bound";
  for (const FdFact& fact : seen.facts) {
    EXPECT_EQ(fact.kind, FdKind::socket);
    EXPECT_EQ(fact.family, AF_UNIX);
  }
  EXPECT_EQ(seen.facts[0].socket_type, SOCK_STREAM);
  EXPECT_EQ(seen.facts[3].socket_type, SOCK_DGRAM);
  const SeenCall& pair = *seen.named("socketpair")[0];
  EXPECT_LT(seen.facts[0].time, pair.call.end());
  EXPECT_GT(seen.facts[0].time, pair.call.start);
}

}  // namespace
}  // namespace sysreel
