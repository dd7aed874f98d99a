// Looks round when a process dies, for what can only be seen then: who sent the signal, what the kernel's log and the
// control group's counters say. And samples the memory of the living, so that its growth is known.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "format/event.h"
#include "recorder/kernel_log.h"

namespace sysreel {

// Is told of the events of a recording as they are delivered and adds snapshots to the same sink. Used by one thread.
class DeathWitness {
 public:
  // The sink is borrowed.
  explicit DeathWitness(EventSink& sink) : sink_(sink) {}

  void on(const TaskNew& task);
  void on(const Exec& exec);
  void on(const Signal& signal);
  void on(const TaskExit& exit);

  // Samples the memory of some of the living, each in its turn. To be called a few times a second.
  void sample_memory();

 private:
  struct Process {
    std::string cgroup;          // folder with the memory counters; empty: not known
    std::uint64_t resident = 0;  // pages, as last told
  };

  void tell_counters(Pid pid);
  void tell_log(Pid pid);

  EventSink& sink_;
  KernelLog log_;
  std::map<int, Process> living_;
  int next_sampled_ = 0;  // pid whose turn it is, or the one after
  std::set<int> known_senders_;
};

}  // namespace sysreel
