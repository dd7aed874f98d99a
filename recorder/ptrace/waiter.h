// Waits for traced threads to stop or end, and takes nothing from children that somebody else waits for.
#pragma once

#include <functional>
#include <vector>

#include "format/ids.h"
#include "recorder/ptrace/patience.h"

namespace sysreel {

// One status, as waitpid(2) gave it.
struct WaitEvent {
  Tid tid{};
  int status = 0;
  Nanos system_time;  // that its process has spent in the kernel so far
};

// Collects the statuses of the calling thread's tracees. Blocks SIGCHLD in that thread for as long as it lives, so that
// a stop cannot slip by between looking and sleeping. Must be used by the thread that made it.
class Waiter {
 public:
  // `ours` tells whether a thread that ended is one of the tracees; other children's statuses are left for their owner.
  // `known` lists all tracees; they are asked one by one only while a foreign zombie hides the others.
  Waiter(std::function<bool(Tid)> ours, std::function<std::vector<Tid>()> known);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Everything there is, waiting up to `timeout` for the first; empty after the timeout or when a signal handler ran.
  // A thread has two statuses only if it was killed in its stop, or if another thread's execve took its place.
  // `briefly` bounds the wait to 20 ms: the caller expects something to follow at once, or else has work of its own.
  const std::vector<WaitEvent>& wait(Nanos timeout, bool briefly = false);

  // What is there, or comes while it pays to stay awake for it; often empty.
  const std::vector<WaitEvent>& wait_awake();

  // Whether the last wait found that the caller has no child and no tracee at all.
  bool childless() const { return childless_; }

 private:
  bool take_one();
  bool take(Tid tid);
  void collect();
  bool waits_for_one();
  void look(bool for_one);
  void stay_awake(bool for_one);
  void sleep(Nanos timeout, bool for_one);
  void note_events();

  std::function<bool(Tid)> ours_;
  std::function<std::vector<Tid>()> known_;
  std::vector<WaitEvent> events_;
  Patience patience_;
  Nanos came_;          // when the last event did
  unsigned waits_ = 0;  // since the last look at all children, modulo its period
  bool childless_ = false;
  bool chld_was_blocked_ = false;
};

}  // namespace sysreel
