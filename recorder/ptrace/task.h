// What the ptrace engine knows of one traced thread.
#pragma once

#include <cstdint>
#include <optional>

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
  bool announced = false;     // TaskNew was delivered, or it is hidden
  bool hidden = false;        // a launched child before its first successful execve
  bool unwanted = false;      // a new process, but only threads are followed: detached at its first stop
  bool listening = false;     // in a group stop that was passed on
  bool interrupting = false;  // PTRACE_INTERRUPT was sent for its detaching
  int waiting_signal = 0;     // stopped before its creator's event arrived; resumed with it

  TaskOrigin origin = TaskOrigin::created;
  Pid parent_pid{};
  Tid parent_tid{};
  std::uint64_t clone_flags = 0;

  // The call it is in, or was in last.
  bool in_call = false;
  Keep keep = Keep::no;
  Call call;
  const CallPlan* plan = nullptr;
  BlockArena arena;
};

}  // namespace sysreel
