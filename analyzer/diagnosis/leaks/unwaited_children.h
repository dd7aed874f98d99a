// Children that ended and were never waited for: zombies.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Keeps the ends of children until the parent waits for them or ends itself. Speaks of a parent with three zombies or more
// that are a second old. A parent that ignores SIGCHLD has none.
class UnwaitedChildren final : public Rule {
 public:
  std::string_view name() const override { return "unwaited-children"; }
  Needs needs() const override { return {.calls = "wait4,waitid,waitpid,rt_sigaction", .every_call = true, .every_other = true}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const TaskNew& task, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void on(const End& end, const Scene&) override { now_ = std::max(now_, end.time); }
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Zombie {
    int parent = 0;
    std::string parent_name;
    Nanos since;
    Evidence evidence;
  };
  BoundedMap<int, int> parents_{65536};     // of living children
  BoundedMap<int, Zombie> zombies_{65536};  // by pid
  BoundedMap<int, bool> ignores_{65536};    // processes that ignore SIGCHLD
  Nanos now_;
};

}  // namespace sysreel
