// Locks that threads queue for.
#pragma once

#include <set>

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Adds up plain futex waits by address. A lock is told from a condition by who wakes: those who wait for a lock also
// release it, so the waiters must be among the wakers; workers that wait for work never wake each other.
class LockContention final : public Rule {
 public:
  std::string_view name() const override { return "lock-contention"; }
  Needs needs() const override { return {.calls = "futex", .durations = true}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Lock {
    std::uint64_t waits = 0;
    Nanos total, longest, first, last;
    std::set<int> waiters, wakers;  // threads, up to a limit
    Evidence evidence;
    std::string who;
  };
  void conclude(int pid, std::uint64_t address, const Lock& lock);

  BoundedMap<std::pair<int, std::uint64_t>, Lock> locks_{4096};  // by process and address
  std::vector<Finding> found_;
};

}  // namespace sysreel
