// The engine that needs no privileges beyond those to debug the target: ptrace(2). Lossless, and slow by nature.
#pragma once

#include <memory>

#include "recorder/event_source.h"
#include "recorder/unwinder.h"

namespace sysreel {

// What of newer kernels may be used; tests switch it off to try the ways of older ones.
struct PtraceFeatures {
  bool seize = true;         // PTRACE_SEIZE, Linux 3.4; otherwise PTRACE_ATTACH
  bool syscall_info = true;  // PTRACE_GET_SYSCALL_INFO, Linux 5.3; otherwise the registers
};

// Every call on the engine must come from one thread, the one that becomes the tracer. Calls are delivered when they have
// ended; signals, births and deaths as they happen; all in strictly increasing time. Stacks are those that `unwinder` finds;
// nullptr: by frame pointers.
std::unique_ptr<EventSource> make_ptrace_source(const RecordOptions& options, const PtraceFeatures& features = {},
                                                std::unique_ptr<Unwinder> unwinder = nullptr);

}  // namespace sysreel
