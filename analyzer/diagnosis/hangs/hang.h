// Threads that hung when the recording ended: what each waits for, who could end it, and circles of waiting.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "analyzer/diagnosis/hangs/blocked_threads.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Speaks of a thread that was for a second or longer in a call that waits for another one to act: to write, to read, to
// unlock, to wake, to end. Waiting for time or for new work is idleness and no hang; so is a futex while another thread of
// the process can move. A circle is an error: every thread that could end a wait in it waits itself.
class Hang final : public Rule {
 public:
  std::string_view name() const override { return "hang"; }
  // All calls: any that ends shows that its thread moves.
  Needs needs() const override { return {.calls = "all", .every_other = true}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const TaskNew& task, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void on(const End& end, const Scene&) override { now_ = end.time; }
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Wake {
    Tid by{};
    Nanos at;
  };
  bool stands_still(Pid pid, const std::vector<Blocked>& blocked) const;
  std::set<int> who_can_end(const Blocked& blocked, const Scene& scene) const;
  Finding describe(const Blocked& blocked) const;

  BlockedThreads threads_;
  BoundedMap<std::pair<int, std::uint64_t>, Wake> wakes_{65536};  // by process and futex
  std::map<int, std::size_t> thread_count_;                       // by process, as far as their births were seen
  std::map<int, int> parents_;
  BoundedMap<int, std::string> names_{65536};                     // of processes that were in a call when a chunk ended
  Nanos now_;
};

}  // namespace sysreel
