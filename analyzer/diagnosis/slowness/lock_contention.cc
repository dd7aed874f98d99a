#include "analyzer/diagnosis/slowness/lock_contention.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/diagnosis/wording.h"

namespace sysreel {
namespace {

constexpr std::size_t thread_limit = 64;
constexpr std::size_t finding_limit = 32;
constexpr std::uint64_t many_waits = 100;
constexpr Nanos long_total = millis(100);

// Values of uapi linux/futex.h.
constexpr std::uint64_t operation_mask = 0x7f, futex_wait = 0, futex_wake = 1;

void remember(std::set<int>& threads, Tid tid) {
  if (threads.size() < thread_limit) threads.insert(raw(tid));
}

}  // namespace

void LockContention::on(const Call& call, const Scene& scene) {
  const std::uint64_t operation = call.args[1] & operation_mask;
  if (call.has(call_in_flight) || (operation != futex_wait && operation != futex_wake)) return;
  Lock* lock = locks_.make({raw(call.pid), call.args[0]});
  if (!lock) return;
  if (operation == futex_wake) return remember(lock->wakers, call.tid);
  if (call.result != 0 || call.has(call_start_unknown)) return;  // it did not sleep, or was not woken
  remember(lock->waiters, call.tid);
  if (lock->waits++ == 0) {
    lock->first = call.start;
    lock->who = scene.name(call.pid);
  }
  lock->last = call.end();
  lock->total = lock->total + call.duration;
  if (call.duration < lock->longest) return;
  lock->longest = call.duration;
  lock->evidence = scene.evidence(call);
}

void LockContention::on(const TaskExit& exit, const Scene&) {
  if (!exit.whole_process) return;
  locks_.erase_if([&](const auto& key, const Lock& lock) {
    if (key.first != raw(exit.pid)) return false;
    conclude(key.first, key.second, lock);
    return true;
  });
}

void LockContention::conclude(int pid, std::uint64_t address, const Lock& lock) {
  const bool is_lock = lock.waiters.size() >= 2 && std::includes(lock.wakers.begin(), lock.wakers.end(), lock.waiters.begin(), lock.waiters.end());
  if (!is_lock || lock.waits < many_waits || lock.total < long_total || found_.size() >= finding_limit) return;
  found_.push_back({.severity = Severity::warning,
                    .confidence = Confidence::probable,
                    .pid = Pid{pid},
                    .time = lock.first,
                    .sentence = fmt::format("{}: {} threads waited {} times for the lock at {:#x}, {} altogether", lock.who,
                                            lock.waiters.size(), lock.waits, address, span_text(lock.total)),
                    .details = {fmt::format("{} in {}, {} at the longest", span_text(lock.total), span_text(lock.last - lock.first),
                                            span_text(lock.longest))},
                    .evidence = {lock.evidence},
                    .missing = "that the address is a lock is concluded from its waiters being its wakers",
                    .advice = "hold the lock for less, or split it; trace-report -e trace=futex -k shows where it is taken if stacks were recorded"});
}

void LockContention::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [key, lock] : locks_) conclude(key.first, key.second, lock);
  findings = std::move(found_);
}

}  // namespace sysreel
