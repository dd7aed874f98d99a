// What an engine is: something that watches tasks and delivers their events. See ebpf/ and ptrace/ for the two real ones.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/abi/syscall_set.h"
#include "format/event.h"
#include "format/result.h"
#include "recorder/exit_filter.h"
#include "recorder/joining.h"

namespace sysreel {

// What to record, as the user asked for it; the same for every engine.
struct RecordOptions {
  std::uint32_t string_limit = 32;       // -s: bytes of user data a block keeps
  bool follow_forks = false;             // -f: processes that a target creates
  bool follow_threads = true;            // threads of a target, those that exist and those to come
  bool verbose = false;                  // copy what only -v shows: environments, arrays past -s elements
  bool fd_identity = true;               // deliver FdFacts for calls that make or change descriptors
  bool strict_filter = false;            // drop even the state-changing calls outside the filter
  bool failed_only = false;              // -Z at record time
  bool durations = true;
  bool counts_only = false;              // eBPF engine: count calls in the kernel instead of recording them
  bool stacks = false;                   // -k
  bool crash_stack = false;              // keep stack memory at a fault
  std::uint32_t stack_frames = 256;      // innermost frames kept, where the engine can choose
  bool exact = false;                    // copy every input at entry
  bool kill_on_exit = false;             // ptrace engine: the kernel kills the tasks if the tracer dies
  bool reap_strangers = false;           // ptrace engine: wait also for children that are not traced; their end is a TaskExit
  bool detach_on_execve = false;         // ptrace engine: let a process go when it calls execve (not the launched one's first)
  bool seccomp_bpf = false;              // ptrace engine: spare filtered calls the stop
  bool announce_entries = false;         // deliver each call at entry, too, as call_in_flight (live rendering)
  std::uint64_t buffer_bytes = 0;        // sum of all rings; 0: the engine's default
  abi::SyscallSet wanted = abi::SyscallSet::all();  // -e trace=
  ExitFilter filter;                     // eBPF engine: what else a call must be
  Joining joining;                       // eBPF engine: who else is recorded
  abi::SyscallSet without_payload = abi::SyscallSet::none();  // calls of which no byte of user data is copied
};

// How much an engine did not deliver, since the start.
struct LossCounts {
  std::array<std::uint64_t, loss_cause_count> calls{};   // by LossCause
  std::array<std::uint64_t, loss_cause_count> others{};  // signals and task events
  std::uint64_t filtered = 0;                            // calls of the set that did not pass the filter: not lost
};

enum class SourceState : std::uint8_t {
  running,
  ended,  // no traced task is left; everything was delivered
};

// Watches tasks from outside and delivers what they do. Owned and driven by one thread; delivers only inside poll(),
// report_in_flight() and stop(). Destroying it detaches and leaves the tasks running untouched.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // "ebpf", "ptrace", "memory".
  virtual std::string_view name() const = 0;

  // Begins to watch all threads of a process, and of its children if RecordOptions::follow_forks.
  // Tasks found are delivered as TaskNew by the next poll(), calls in which they already block as call_in_flight.
  virtual Result<void> attach(Pid pid) = 0;

  // Begins to watch a child that launch.h holds before its execve. Of what it does before the
  // first successful execve only the execve calls are delivered.
  virtual Result<void> attach_launched(Pid pid) = 0;

  // Delivers what there is, waiting up to `timeout` for the first event. EINTR ends the wait early.
  virtual Result<SourceState> poll(EventSink& sink, Nanos timeout) = 0;

  // Delivers every call that is in flight now, as call_in_flight.
  virtual Result<void> report_in_flight(EventSink& sink) = 0;

  // Stops watching and delivers the rest: queued events, calls in flight, then a TaskDetach for every living task.
  virtual Result<void> stop(EventSink& sink) = 0;

  virtual LossCounts losses() const = 0;
};

}  // namespace sysreel
