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

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

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

// A program whose threads ceaselessly make threads that end at once. When told to stop, each maker makes a last call.
class ThreadMaker {
 public:
  static constexpr int makers = 1;
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
  constexpr int rounds = 10;
  ThreadMaker programs[10];
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
