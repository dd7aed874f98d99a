#include "recorder/checkpoint.h"

#include <algorithm>

#include "recorder/clock.h"
#include "recorder/snapshot.h"

namespace sysreel {

void Checkpoints::on(const Exec& event) {
  forget(event.pid, event.former_tid);
  tasks_[event.pid].insert(event.tid);
}

void Checkpoints::forget(Pid pid, Tid tid) {
  const auto found = tasks_.find(pid);
  if (found == tasks_.end()) return;
  found->second.erase(tid);
  if (found->second.empty()) tasks_.erase(found);
}

void Checkpoints::write(FdLookup& lookup, EventSink& sink) {
  constexpr std::int64_t share = 100;
  const Nanos began = read_clock(CLOCK_MONOTONIC);
  for (const auto& [pid, threads] : tasks_) take_state_snapshot(pid, threads, lookup, sink);
  const Nanos now = read_clock(CLOCK_MONOTONIC);
  due_ = now + std::max(every_, Nanos{(now - began).value * share});
}

}  // namespace sysreel
