#include "recorder/ptrace/waiter.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "format/unique_fd.h"
#include "recorder/clock.h"

namespace sysreel {
namespace {

sigset_t only_chld() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  return set;
}

unsigned usable_cpus() {
  cpu_set_t cpus;
  return ::sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? static_cast<unsigned>(CPU_COUNT(&cpus)) : 2;
}

// Of all threads of the machine, as /proc/loadavg counts those that run or wait for a CPU.
bool cpus_are_crowded() {
  static const long cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
  char text[128] = {};
  const UniqueFd file(::open("/proc/loadavg", O_RDONLY | O_CLOEXEC));
  if (!file || ::read(file.get(), text, sizeof text - 1) <= 0) return false;
  long running = 0;
  return std::sscanf(text, "%*s %*s %*s %ld/", &running) == 1 && running > cpus;
}

}  // namespace

Waiter::Waiter(std::function<bool(Tid)> ours, std::function<std::vector<Tid>()> known)
    : ours_(std::move(ours)), known_(std::move(known)), patience_(usable_cpus(), cpus_are_crowded) {
  const sigset_t chld = only_chld();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &chld, &before);
  chld_was_blocked_ = ::sigismember(&before, SIGCHLD) == 1;
}

Waiter::~Waiter() {
  const sigset_t chld = only_chld();
  if (!chld_was_blocked_) ::pthread_sigmask(SIG_UNBLOCK, &chld, nullptr);
}

bool Waiter::take(Tid tid) {
  int status = 0;
  rusage usage{};
  const pid_t got = ::wait4(raw(tid), &status, __WALL | WNOHANG, &usage);
  if (got <= 0) return false;
  events_.push_back({tid, status, {usage.ru_stime.tv_sec * 1'000'000'000 + usage.ru_stime.tv_usec * 1'000}});
  return true;
}

// Looks before it takes. A status of a foreign child stays where it is; while it stands in front of the others, every
// tracee is asked by its id. Of stops, only those of tracees show, because WSTOPPED is not asked for.
bool Waiter::take_one() {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0) {
    childless_ = errno == ECHILD;
    return false;
  }
  childless_ = false;
  if (info.si_pid == 0) return false;
  const Tid tid{info.si_pid};
  if (info.si_code == CLD_TRAPPED || ours_(tid)) return take(tid);
  bool any = false;
  for (const Tid candidate : known_()) any |= take(candidate);
  return any;
}

// A thread that stopped stays stopped until the caller resumes it, so this ends. The bound is for a program that makes threads
// faster than they are collected.
void Waiter::collect() {
  constexpr std::size_t most = 256;
  while (events_.size() < most && take_one()) {
  }
}

// The only tracee has been running since its last stop was handled: the signal of its next one says all there is to know, and
// three system calls a stop are saved. Signals merge, so that other children are looked for now and then all the same.
bool Waiter::waits_for_one() {
  constexpr unsigned look_around = 64;
  return ++waits_ % look_around != 0 && known_().size() == 1;
}

void Waiter::look(bool for_one) {
  if (for_one) {
    take(known_().front());
  } else {
    collect();
  }
}

// Looks again and again, as long as that may pay.
void Waiter::stay_awake(bool for_one) {
  const Waiting manner = patience_.manner();
  if (manner == Waiting::asleep) return;
  const Nanos enough = read_clock(CLOCK_MONOTONIC) + Patience::most_awake;
  do {
    look(for_one);
    if (!events_.empty() || childless_) return;
    if (manner == Waiting::yielding) ::sched_yield();
  } while (read_clock(CLOCK_MONOTONIC) < enough);
  look(for_one);
  if (events_.empty()) patience_.nothing_came();
}

void Waiter::note_events() {
  if (events_.empty()) return;
  const Nanos now = read_clock(CLOCK_MONOTONIC);
  patience_.came_after(now - came_);
  came_ = now;
}

const std::vector<WaitEvent>& Waiter::wait_awake() {
  events_.clear();
  if (!childless_) stay_awake(waits_for_one());
  note_events();
  return events_;
}

const std::vector<WaitEvent>& Waiter::wait(Nanos timeout, bool briefly) {
  constexpr Nanos brief{20'000'000};
  if (briefly && timeout > brief) timeout = brief;
  events_.clear();
  const bool for_one = timeout.value > 0 && waits_for_one();
  if (!for_one) collect();
  if (events_.empty() && !childless_ && timeout.value > 0) stay_awake(for_one);
  if (events_.empty() && !childless_ && timeout.value > 0) sleep(timeout, for_one);
  note_events();
  return events_;
}

void Waiter::sleep(Nanos timeout, bool for_one) {
  const sigset_t chld = only_chld();
  const timespec limit{timeout.value / 1'000'000'000, timeout.value % 1'000'000'000};
  while (events_.empty() && !childless_) {
    siginfo_t info{};
    const bool told = ::sigtimedwait(&chld, &info, &limit) >= 0;
    if (told && for_one && info.si_code == CLD_TRAPPED && take(Tid{info.si_pid})) break;
    if (told || for_one) collect();  // may find nothing: the signal can be that of a stop which was collected before
    if (!told) break;
  }
}

}  // namespace sysreel
