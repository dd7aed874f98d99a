#include "recorder/ptrace/waiter.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <cerrno>

namespace sysreel {
namespace {

sigset_t only_chld() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

Waiter::Waiter(std::function<bool(Tid)> ours) : ours_(std::move(ours)) {
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
bool Waiter::take_one(const std::vector<Tid>& known) {
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
  for (const Tid candidate : known) any |= take(candidate);
  return any;
}

void Waiter::collect(const std::vector<Tid>& known) {
  // A thread that stopped stays stopped until the caller resumes it; one that was killed in its stop can show up twice,
  // and its second status is left for the next wait.
  while (take_one(known)) {
    if (events_.size() > known.size() + 16) return;
  }
}

const std::vector<WaitEvent>& Waiter::wait(Nanos timeout, const std::vector<Tid>& known) {
  events_.clear();
  collect(known);
  if (!events_.empty() || childless_ || timeout.value <= 0) return events_;
  const sigset_t chld = only_chld();
  const timespec limit{timeout.value / 1'000'000'000, timeout.value % 1'000'000'000};
  while (events_.empty() && !childless_) {
    siginfo_t info{};
    if (::sigtimedwait(&chld, &info, &limit) < 0) break;
    collect(known);  // may find nothing: the signal can be that of a stop which was collected before
  }
  return events_;
}

}  // namespace sysreel
