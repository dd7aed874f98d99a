// Threads, children, programs and signals as both engines follow them.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <atomic>
#include <set>
#include <thread>

#include "recorder/proc.h"
#include "tests/recorder/engines.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

class EnginesTasks : public Engines {};
INSTANTIATE_TEST_SUITE_P(Each, EnginesTasks, ::testing::Values("ebpf", "ptrace"), engine_of);

RecordOptions following() {
  RecordOptions options;
  options.follow_forks = true;
  return options;
}

TEST_P(EnginesTasks, FollowThreadsButNotChildrenUnlessAsked) {
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
  EXPECT_EQ(child.origin, TaskOrigin::created);
  EXPECT_EQ(raw(child.pid), raw(child.tid));
  EXPECT_EQ(child.parent_pid, thread.pid);
  EXPECT_FALSE(child.clone_flags & CLONE_FILES);
  ASSERT_EQ(with_children.exits.size(), 3u);
  EXPECT_EQ(with_children.exits[1].status, 3 << 8);
}

TEST_P(EnginesTasks, LeaveThreadsAloneIfTold) {
  RecordOptions options;
  options.follow_threads = false;
  Collector seen;
  trace(seen, [] {
    std::thread other([] { syscall(SYS_getpgid, 1111); });
    other.join();
    return 0;
  }, options);
  EXPECT_EQ(seen.tasks.size(), 1u);
  EXPECT_TRUE(seen.named("getpgid").empty());
}

TEST_P(EnginesTasks, TakeNoChildsFirstReturnForACall) {
  Collector seen;
  trace(seen, [] {
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

TEST_P(EnginesTasks, FollowAVforkedChildThroughItsExec) {
  Collector seen;
  trace(seen, [] {
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

TEST_P(EnginesTasks, KeepTheArgumentsOfAnExecve) {
  Collector seen;
  trace(seen, [] {
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
  EXPECT_EQ(seen.exits.back().status, 5 << 8);
}

TEST_P(EnginesTasks, GiveAnExecByAnotherThreadTheTidItHadAtEntry) {
  Collector seen;
  const int status = trace(seen, [] {
    std::thread([] { execl("/bin/true", "true", nullptr); }).detach();
    while (true) pause();
    return 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ASSERT_EQ(seen.tasks.size(), 2u);
  ASSERT_EQ(seen.execs.size(), 1u);
  const Exec& exec = seen.execs[0];
  EXPECT_EQ(exec.tid, seen.tasks[0].tid);
  EXPECT_EQ(exec.former_tid, seen.tasks[1].tid);
  ASSERT_EQ(seen.named("execve").size(), 1u);
  const SeenCall& call = *seen.named("execve")[0];
  EXPECT_EQ(call.call.tid, exec.former_tid);
  EXPECT_EQ(call.call.result, 0);
  EXPECT_TRUE(call.at(0, Phase::entry));
  ASSERT_FALSE(seen.named("pause").empty());
  EXPECT_TRUE(seen.named("pause")[0]->call.has(call_no_result));
  // What follows is the leader's.
  EXPECT_EQ(seen.named("exit_group").at(0)->call.tid, seen.tasks[0].tid);
  EXPECT_EQ(seen.exits.back().tid, seen.tasks[0].tid);
}

TEST_P(EnginesTasks, RecordOfALaunchOnlyItsExecvesUntilOneSucceeds) {
  Collector seen;
  trace_launch(seen, [] {
    const char* const argv[] = {"true", nullptr};
    execv("/nowhere/true", const_cast<char**>(argv));
    execv("/bin/true", const_cast<char**>(argv));
    return 1;
  });
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

TEST_P(EnginesTasks, ShowTheExecveOfALaunchThatFails) {
  Collector seen;
  trace_launch(seen, [] {
    const char* const argv[] = {"true", nullptr};
    getppid();
    execv("/nowhere/true", const_cast<char**>(argv));
    return 127;
  });
  EXPECT_EQ(seen.order, (std::vector<std::string>{"new", "execve", "exit"}));
}

TEST_P(EnginesTasks, LeaveARunningProcessRunningWhenTheyDetach) {
  auto* const counter = shared<std::atomic<int>>();
  Tracee tracee([counter] {
    while (true) {
      usleep(1000);
      ++*counter;
    }
    return 0;
  });
  Collector seen;
  const auto source = open_engine();
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  tracee.go();
  poll_until(*source, seen, [&] { return seen.calls.size() > 5; });
  ASSERT_TRUE(source->stop(seen));
  ASSERT_EQ(seen.detached.size(), 1u);
  EXPECT_EQ(raw(proc::status_of(Tid{raw(tracee.pid())})->tracer), 0);
  const int before = *counter;
  for (int i = 0; i < 1000 && *counter < before + 3; ++i) usleep(10000);
  EXPECT_GE(*counter, before + 3) << "it must run on";
}

TEST_P(EnginesTasks, DeliverASignalWithItsSiginfoAndPairItsReturn) {
  Collector seen;
  static std::atomic<int> handled;
  const int status = trace(seen, [] {
    struct sigaction action {};
    action.sa_handler = [](int) { handled = 1; };
    sigaction(SIGUSR1, &action, nullptr);
    sigqueue(getpid(), SIGUSR1, sigval{.sival_int = 4711});
    return handled.load() ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the handler must have run";
  std::vector<std::size_t> delivered;
  for (std::size_t i = 0; i < seen.signals.size(); ++i) {
    if (seen.signals[i].stage == SignalStage::delivered) delivered.push_back(i);
  }
  ASSERT_EQ(delivered.size(), 1u);
  siginfo_t info{};
  const std::string& bytes = seen.siginfos[delivered[0]];
  std::memcpy(&info, bytes.data(), std::min(bytes.size(), sizeof info));
  EXPECT_EQ(info.si_signo, SIGUSR1);
  EXPECT_EQ(info.si_code, SI_QUEUE);
  EXPECT_EQ(info.si_value.sival_int, 4711);
  const auto calls = seen.named("rt_sigreturn");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_by_sigreturn));
  EXPECT_FALSE(calls[0]->call.has(call_no_entry));
  EXPECT_EQ(raw(calls[0]->call.nr), SYS_rt_sigreturn);
}

TEST_P(EnginesTasks, EndACallThatAKillCutShortWithoutAResult) {
  Collector seen;
  Tracee tracee([] {
    while (true) pause();
    return 0;
  });
  const auto source = open_engine();
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  poll_until(*source, seen, [&] { return !seen.tasks.empty(); });
  tracee.go();
  const auto pauses = [&] {
    const auto call = proc::read_file(proc::path_of(tracee.pid(), "syscall"));
    return call && call->starts_with(std::to_string(SYS_pause) + " ") && proc::status_of(Tid{raw(tracee.pid())})->state == 'S';
  };
  poll_until(*source, seen, pauses);
  kill(raw(tracee.pid()), SIGKILL);
  poll_to_end(*source, seen);
  const auto calls = seen.named("pause");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_no_result));
  EXPECT_EQ(seen.exits.back().status, SIGKILL);
}

}  // namespace
}  // namespace sysreel
