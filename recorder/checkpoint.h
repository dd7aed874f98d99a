// Checkpoints: now and then the state of everything that is recorded, so that a reader need not begin at the beginning.
#pragma once

#include <map>
#include <set>

#include "format/event.h"
#include "recorder/fd_lookup.h"

namespace sysreel {

// Knows which threads are recorded, and when the next checkpoint is due: ten seconds after the last one, or a hundred times as
// long as that one took, so that they cost the recorder a hundredth of its time at most. Used by one thread.
class Checkpoints {
 public:
  // `every` is the shortest time between two.
  explicit Checkpoints(Nanos now, Nanos every = Nanos{10'000'000'000}) : every_(every), due_(now + every) {}

  void on(const TaskNew& event) { tasks_[event.pid].insert(event.tid); }
  void on(const Exec& event);
  void on(const TaskExit& event) { forget(event.pid, event.tid); }
  void on(const TaskDetach& event) { forget(event.pid, event.tid); }

  bool due(Nanos now) const { return now >= due_ && !tasks_.empty(); }
  // Delivers, as /proc has it now, of each thread its name, and of each process current folder, mappings and descriptors.
  void write(FdLookup& lookup, EventSink& sink);

 private:
  void forget(Pid pid, Tid tid);

  const Nanos every_;
  Nanos due_;
  std::map<Pid, std::set<Tid>> tasks_;
};

}  // namespace sysreel
