// Copies the memory that belongs to a call, as its plan says: the interpreter of capture_plan.h for user space.
#pragma once

#include <cstdint>

#include "format/event.h"
#include "recorder/block_arena.h"
#include "recorder/capture_plan.h"
#include "recorder/tracee_memory.h"

namespace sysreel {

struct CaptureLimits {
  std::uint32_t string_limit = 32;  // -s
  bool whole_messages = false;      // argument 0 is a netlink socket: Limit::message does not cut
};

// Adds the blocks of `phase` to `arena`, which holds those of the entry already when the phase is exit. Of `call` it looks
// at abi, args, flags and result. Blocks that lie one pointer deeper are read in one go each; what a fault cuts off is
// marked in the block.
void capture(const CallPlan& plan, const Call& call, Phase phase, const TraceeMemory& memory, const CaptureLimits& limits,
             BlockArena& arena);

}  // namespace sysreel
