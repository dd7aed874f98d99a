// What the ptrace engine sees of a thread that stops for a fault: registers, code, and on request its stack's memory.
#pragma once

#include <cstddef>
#include <vector>

#include "format/ids.h"
#include "recorder/tracee_memory.h"

namespace sysreel {

// Whether an instruction causes this signal, or abort(3): then the thread's registers are worth keeping.
bool is_fault(int signo);

// The content of Signal::fault for a thread in a stop. ptrace shows neither trap number nor error code. Empty if the
// thread is gone, or on a machine for which format/fault.h has no layout.
std::vector<std::byte> read_fault(Tid tid, const TraceeMemory& memory, bool with_stack_memory);

}  // namespace sysreel
