// What the ptrace engine knows of one traced thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/event.h"
#include "recorder/block_arena.h"
#include "recorder/capture_plan.h"
#include "recorder/tracee_memory.h"

namespace sysreel {

struct Task {
  explicit Task(Tid id) : tid(id), memory(id) {}

  Tid tid;
  Pid pid{};
  LiveMemory memory;

  // How far its life in the recording has come.
  bool started = false;       // its first stop was seen
  bool announced = false;     // it is known whose it is
  bool told = false;          // TaskNew was delivered
  bool hidden = false;        // a launched child before its first successful execve: of its calls only execve shows
  bool leaving = false;       // to be detached at its next resumption (-b execve)
  bool stop_pending = false;  // without PTRACE_SEIZE: a SIGSTOP of ours is on its way
  bool orphan = false;        // waits in its first stop for its creator's event, which tells whose child it is

  TaskOrigin origin = TaskOrigin::created;
  Pid parent_pid{};
  Tid parent_tid{};
  std::uint64_t clone_flags = 0;

  // The call it is in, or was in last.
  bool in_call = false;
  bool executing = false;   // the call is an execve
  bool leaves_stack = false;  // the call is one behind which the stack may be gone
  bool found_call = false;  // the call was found in flight when the recording began, and goes on by a restart
  Keep keep = Keep::no;
  Call call;
  Nanos system_time;  // of its process at the last stop, and when the call began
  Nanos system_time_at_entry;
  const CallPlan* plan = nullptr;
  BlockArena arena;
  std::vector<std::uint64_t> stack;
};

}  // namespace sysreel
