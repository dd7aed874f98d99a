#include "tools/record_signals.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "recorder/clock.h"

namespace sysreel::tools {
namespace {

constexpr Nanos patience{2'000'000'000};

std::atomic<bool> stop_flag{false};
std::atomic<bool> dump_flag{false};
std::atomic<int> command_pid{0};
std::atomic<std::int64_t> passed_on_at{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

void on_signal(int signo, siginfo_t* info, void*) {
  const int saved = errno;
  const int pid = command_pid.load();
  const bool from_terminal = info->si_code > 0;
  if (pid == 0) {
    stop_flag = true;
  } else if (!from_terminal) {
    if (passed_on_at.load() != 0) stop_flag = true;
    passed_on_at = read_clock(CLOCK_MONOTONIC).value;
    ::kill(pid, signo);
  }
  errno = saved;
}

}  // namespace

void RecordSignals::install() {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO;  // without SA_RESTART: a wait shall end
  // A script's background job ignores SIGINT from its start. As strace and perf do, we heed it all the same: else `kill -INT`
  // in that script would do nothing, and Ctrl-C would leave a recorder running.
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  const bool survives_hangup = ::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;  // nohup(1)
  if (!survives_hangup) ::sigaction(SIGHUP, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);
}

void RecordSignals::pass_on_to(int pid) { command_pid = pid; }

const std::atomic<bool>& RecordSignals::stop() { return stop_flag; }

void RecordSignals::take_dump_requests() {
  struct sigaction action {};
  action.sa_handler = [](int) { dump_flag = true; };
  ::sigaction(SIGUSR2, &action, nullptr);
}

bool RecordSignals::dump_requested() { return dump_flag.exchange(false); }

void RecordSignals::check(Nanos now) {
  const std::int64_t since = passed_on_at.load();
  if (since != 0 && now - Nanos{since} >= patience) stop_flag = true;
}

void die_by(int signo) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(signo, SIG_DFL);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signo);
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::kill(::getpid(), signo);
  ::_exit(128 + signo);
}

}  // namespace sysreel::tools
