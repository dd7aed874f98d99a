// Threads, children, programs and signals under the eBPF engine.
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/recorder/ebpf_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

RecordOptions following() {
  RecordOptions options;
  options.follow_forks = true;
  return options;
}

// Denies one call as `action` says.
void deny(int nr, std::uint32_t action) {
  sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<std::uint32_t>(nr)},
      {BPF_RET | BPF_K, 0, 0, action},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  sock_fprog filter{4, program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

TEST(EbpfTasks, FollowsThreadsButNotChildrenUnlessAsked) {
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
  Collector alone, with_children;
  record(alone, body);
  record(with_children, body, following());
  ASSERT_EQ(alone.named("getpgid").size(), 1u);
  EXPECT_EQ(alone.named("getpgid")[0]->call.args[0], 1111u);
  EXPECT_EQ(alone.tasks.size(), 2u);
  EXPECT_EQ(with_children.named("getpgid").size(), 2u);
  ASSERT_EQ(with_children.tasks.size(), 3u);
  const TaskNew& child = with_children.tasks[2];
  EXPECT_EQ(child.origin, TaskOrigin::created);
  EXPECT_EQ(child.parent_pid, with_children.tasks[0].pid);
  EXPECT_EQ(raw(child.tid), raw(child.pid));
  ASSERT_EQ(with_children.exits.size(), 3u);
  EXPECT_EQ(with_children.exits[1].status, 3 << 8);
}

TEST(EbpfTasks, DoesNotTakeAChildsFirstExitForACall) {
  Collector seen;
  record(seen, [] {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    return 0;
  }, following());
  ASSERT_EQ(seen.tasks.size(), 2u);
  for (const SeenCall& call : seen.calls) {
    EXPECT_FALSE(call.call.has(call_no_entry)) << call.name();
    if (call.call.tid != seen.tasks[1].tid) continue;
    EXPECT_EQ(call.call.result, 0) << call.name();
  }
}

TEST(EbpfTasks, KeepsTheArgumentsOfAnExecve) {
  Collector seen;
  record(seen, [] {
    const char* const argv[] = {"sh", "-c", "exit 5", nullptr};
    const char* const envp[] = {"A=1", "B=2", nullptr};
    syscall(SYS_execve, "/nowhere/at/all", argv, envp);
    syscall(SYS_execve, "/bin/sh", argv, envp);
    return 1;
  });
  const auto calls = seen.named("execve");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0]->call.result, -ENOENT);
  EXPECT_EQ(calls[0]->at(0, Phase::entry)->data, std::string("/nowhere/at/all\0", 16));
  const SeenCall& exec = *calls[1];
  EXPECT_EQ(exec.call.result, 0);
  ASSERT_TRUE(exec.at(0, Phase::entry));
  EXPECT_EQ(exec.at(0, Phase::entry)->data, std::string("/bin/sh\0", 8));
  ASSERT_TRUE(exec.at(1, Phase::entry));
  EXPECT_EQ(exec.at(1, Phase::entry)->data.size(), 4 * 8u);
  ASSERT_TRUE(exec.at(2, Phase::entry));
  EXPECT_EQ(exec.at(2, Phase::entry)->data.size(), 3 * 8u);
  std::set<std::string> strings;
  for (const auto& block : exec.blocks) strings.insert(block.data);
  EXPECT_TRUE(strings.count(std::string("-c\0", 3)));
  EXPECT_TRUE(strings.count(std::string("exit 5\0", 7)));
  EXPECT_FALSE(strings.count(std::string("A=1\0", 4)));
  ASSERT_EQ(seen.execs.size(), 1u);
  EXPECT_EQ(seen.exec_paths[0], "/bin/sh");
  EXPECT_EQ(seen.exits.back().status, 5 << 8);
}

TEST(EbpfTasks, RecordsOfALaunchOnlyItsExecvesUntilOneSucceeds) {
  Collector seen;
  Tracee tracee([] {
    const char* const argv[] = {"true", nullptr};
    execv("/nowhere/true", const_cast<char**>(argv));
    execv("/bin/true", const_cast<char**>(argv));
    return 1;
  });
  auto source = open_source();
  ASSERT_TRUE(source && source->attach_launched(tracee.pid()));
  tracee.go();
  poll_to_end(*source, seen);
  ASSERT_GE(seen.calls.size(), 3u);
  EXPECT_EQ(seen.order[0], "new");
  EXPECT_EQ(seen.order[1], "execve");
  EXPECT_EQ(seen.order[2], "exec");
  EXPECT_EQ(seen.order[3], "execve");
  EXPECT_EQ(seen.tasks[0].origin, TaskOrigin::launched);
  EXPECT_EQ(seen.calls[0].call.result, -ENOENT);
  EXPECT_EQ(seen.calls[1].call.result, 0);
  ASSERT_TRUE(seen.calls[1].at(0, Phase::entry));
  EXPECT_EQ(seen.calls[1].at(0, Phase::entry)->data, std::string("/bin/true\0", 10));
  EXPECT_EQ(seen.named("execve").size(), 2u);
}

TEST(EbpfTasks, ShowsTheExecveOfALaunchThatFails) {
  Collector seen;
  Tracee tracee([] {
    const char* const argv[] = {"true", nullptr};
    getppid();
    execv("/nowhere/true", const_cast<char**>(argv));
    return 127;
  });
  auto source = open_source();
  ASSERT_TRUE(source && source->attach_launched(tracee.pid()));
  tracee.go();
  poll_to_end(*source, seen);
  EXPECT_EQ(seen.order, (std::vector<std::string>{"new", "execve", "exit"}));
}

TEST(EbpfTasks, GivesAnExecByAnotherThreadTheTidItHadAtEntry) {
  Collector seen;
  record(seen, [] {
    std::thread other([] {
      const char* const argv[] = {"true", nullptr};
      execv("/bin/true", const_cast<char**>(argv));
    });
    other.join();
    return 1;
  });
  const auto calls = seen.named("execve");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_EQ(seen.tasks.size(), 2u);
  ASSERT_EQ(seen.execs.size(), 1u);
  EXPECT_EQ(calls[0]->call.tid, seen.tasks[1].tid);
  EXPECT_EQ(seen.execs[0].former_tid, seen.tasks[1].tid);
  EXPECT_EQ(seen.execs[0].tid, seen.tasks[0].tid);
  EXPECT_TRUE(calls[0]->at(0, Phase::entry));
  // What follows is the leader's.
  EXPECT_EQ(seen.named("exit_group").at(0)->call.tid, seen.tasks[0].tid);
  EXPECT_EQ(seen.exits.back().tid, seen.tasks[0].tid);
}

TEST(EbpfTasks, FollowsAVforkedChildThroughItsExec) {
  Collector seen;
  record(seen, [] {
    const pid_t child = vfork();
    if (child == 0) {
      execl("/bin/true", "true", nullptr);
      _exit(1);
    }
    waitpid(child, nullptr, 0);
    return 0;
  }, following());
  ASSERT_EQ(seen.tasks.size(), 2u);
  ASSERT_EQ(seen.named("execve").size(), 1u);
  EXPECT_EQ(seen.named("execve")[0]->call.tid, seen.tasks[1].tid);
  ASSERT_EQ(seen.named("vfork").size(), 1u);
  EXPECT_EQ(seen.named("vfork")[0]->call.result, raw(seen.tasks[1].tid));
}

TEST(EbpfTasks, ShowsADeniedCallWithItsArguments) {
  Collector seen;
  record(seen, [] {
    deny(SYS_getpgid, SECCOMP_RET_ERRNO | EPERM);
    syscall(SYS_getpgid, 4711);
    return 0;
  });
  const auto calls = seen.named("getpgid");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_no_entry));
  EXPECT_FALSE(calls[0]->call.has(call_no_result));
  EXPECT_EQ(calls[0]->call.args[0], 4711u);
  EXPECT_EQ(calls[0]->call.result, -EPERM);
}

TEST(EbpfTasks, ShowsNoResultOfACallThatSeccompKills) {
  Collector seen;
  record(seen, [] {
    deny(SYS_getpgid, SECCOMP_RET_KILL_PROCESS);
    syscall(SYS_getpgid, 4711);
    return 0;
  });
  const auto calls = seen.named("getpgid");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_no_result));
  EXPECT_EQ(calls[0]->call.args[0], 4711u);
  EXPECT_EQ(seen.exits.back().status & 0x7f, SIGSYS);
}

TEST(EbpfTasks, PairsRtSigreturnWithItsEntry) {
  Collector seen;
  record(seen, [] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    raise(SIGUSR1);
    return 0;
  });
  const auto calls = seen.named("rt_sigreturn");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_by_sigreturn));
  EXPECT_FALSE(calls[0]->call.has(call_no_entry));
  EXPECT_EQ(raw(calls[0]->call.nr), SYS_rt_sigreturn);
}

TEST(EbpfTasks, DeliversSignalsWithTheirWholeSiginfo) {
  Collector seen;
  record(seen, [] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR2, &action, nullptr);
    sigqueue(getpid(), SIGUSR2, {.sival_ptr = reinterpret_cast<void*>(0x123456789abcdef)});
    return 0;
  });
  ASSERT_EQ(seen.signals.size(), 2u);
  EXPECT_EQ(seen.signals[0].stage, SignalStage::generated);
  EXPECT_EQ(seen.signals[0].sender_pid, seen.signals[0].pid);
  EXPECT_EQ(seen.signals[1].stage, SignalStage::delivered);
  EXPECT_NE(seen.signals[1].ip, 0u);
  for (const std::string& bytes : seen.siginfos) {
    siginfo_t info{};
    memcpy(&info, bytes.data(), std::min(bytes.size(), sizeof info));
    EXPECT_EQ(info.si_signo, SIGUSR2);
    EXPECT_EQ(info.si_code, SI_QUEUE);
    EXPECT_EQ(info.si_pid, raw(seen.signals[0].pid));
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(info.si_value.sival_ptr), 0x123456789abcdefu);
  }
}

TEST(EbpfTasks, ASignalThatKillsIsDeliveredAndTheKernelsKillIsNot) {
  for (const int signo : {SIGTERM, SIGPIPE, SIGKILL}) {
    Collector seen;
    record(seen, [signo] {
      std::thread([] { pause(); }).detach();
      usleep(20'000);
      raise(signo);
      return 0;
    });
    std::vector<int> delivered;
    for (const Signal& signal : seen.signals) {
      if (signal.stage == SignalStage::delivered) delivered.push_back(signal.signo);
    }
    EXPECT_EQ(delivered, signo == SIGKILL ? std::vector<int>{} : std::vector<int>{signo});
    EXPECT_EQ(seen.exits.back().status, signo);
  }
}

TEST(EbpfTasks, TheEndOfAProcessIsNoSignalToItsThreads) {
  Collector seen;
  record(seen, [] {
    std::thread([] { pause(); }).detach();
    usleep(20'000);
    return 0;
  });
  EXPECT_EQ(seen.signals.size(), 0u);
  EXPECT_EQ(seen.exits.size(), 2u);
}

TEST(EbpfTasks, EndsACallThatAKillCutShortWithoutAResult) {
  Collector seen;
  Tracee tracee([] {
    pause();
    return 0;
  });
  auto source = open_source();
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  tracee.go();
  while (seen.calls.size() < 2) ASSERT_TRUE(source->poll(seen, Nanos{50'000'000}));  // the gate's read
  usleep(50'000);
  kill(raw(tracee.pid()), SIGKILL);
  poll_to_end(*source, seen);
  const auto calls = seen.named("pause");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_no_result));
  EXPECT_EQ(seen.exits.back().status, SIGKILL);
}

TEST(EbpfTasks, ShowsCallsThatBlockAtAttachAtTheEndToo) {
  auto* const word = shared<std::atomic<int>>();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Tracee tracee([&] {
    close(ends[1]);
    std::thread other([&] { syscall(SYS_futex, word, FUTEX_WAIT, 0, nullptr, nullptr, 0); });
    other.detach();
    char byte;
    (void)!read(ends[0], &byte, 1);
    return 0;
  });
  tracee.go();
  usleep(300'000);  // until both block
  Collector seen;
  auto source = open_source();
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  ASSERT_TRUE(source->poll(seen, Nanos{0}));
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round ? "at stop" : "at attach");
    const auto reads = seen.named("read"), futexes = seen.named("futex");
    ASSERT_EQ(reads.size(), 1u);
    ASSERT_EQ(futexes.size(), 1u);
    EXPECT_TRUE(reads[0]->call.has(call_in_flight) && reads[0]->call.has(call_start_unknown));
    EXPECT_EQ(reads[0]->call.args[0], static_cast<std::uint64_t>(ends[0]));
    EXPECT_EQ(reads[0]->call.args[2], 1u);
    EXPECT_EQ(futexes[0]->call.args[0], reinterpret_cast<std::uint64_t>(word));
    EXPECT_EQ(seen.tasks.size(), 2u);
    if (round == 0) {
      seen.calls.clear();
      ASSERT_TRUE(source->stop(seen));
      EXPECT_EQ(seen.detached.size(), 2u);
    }
  }
  close(ends[0]);
  close(ends[1]);
}

// A program whose threads ceaselessly make threads that end at once. When told to stop, each maker makes a last call.
class ThreadMaker {
 public:
  static constexpr int makers = 3;
  ThreadMaker() : tracee_([board = board_] {
    std::vector<std::thread> threads;
    for (int i = 0; i < makers; ++i) {
      threads.emplace_back([board] {
        while (!board->stop) std::thread([] {}).join();
        syscall(SYS_getpgid, 9000 + board->marks.fetch_add(1));
      });
    }
    for (auto& thread : threads) thread.join();
    return 0;
  }) {
    tracee_.go();
  }
  Pid pid() const { return tracee_.pid(); }
  void stop() { board_->stop = true; }

 private:
  struct Board {
    std::atomic<bool> stop{false};
    std::atomic<int> marks{0};
  };
  Board* const board_ = shared<Board>();
  Tracee tracee_;
};

TEST(EbpfTasks, AHundredAttachesMissNoThreadOfProgramsThatCeaselesslyMakeThem) {
  constexpr int rounds = 20;
  ThreadMaker programs[5];
  usleep(50'000);
  for (int round = 0; round < rounds; ++round) {
    auto source = open_source();
    ASSERT_TRUE(source);
    for (const ThreadMaker& program : programs) ASSERT_TRUE(source->attach(program.pid()));
    Collector seen;
    if (round == rounds - 1) {
      for (ThreadMaker& program : programs) program.stop();
      poll_to_end(*source, seen);
      EXPECT_EQ(seen.named("getpgid").size(), std::size(programs) * ThreadMaker::makers);
      break;
    }
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(source->poll(seen, Nanos{0}));
      usleep(3'000);
    }
    ASSERT_TRUE(source->stop(seen));
    std::set<int> known;
    std::unordered_map<int, std::size_t> threads;  // by process
    for (const TaskNew& task : seen.tasks) {
      known.insert(raw(task.tid));
      ++threads[raw(task.pid)];
    }
    for (const SeenCall& call : seen.calls) EXPECT_TRUE(known.count(raw(call.call.tid))) << call.name();
    for (const ThreadMaker& program : programs) EXPECT_GE(threads[raw(program.pid())], 1u + ThreadMaker::makers);
  }
}

}  // namespace
}  // namespace sysreel
