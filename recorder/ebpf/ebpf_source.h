// The engine that records by BPF programs in the kernel: the default, and the cheapest.
#pragma once

#include <memory>

#include "format/result.h"
#include "recorder/event_source.h"

namespace sysreel {

// Loads and attaches the programs; nothing is recorded before the first attach. Fails if the kernel, the privileges or this
// build do not allow it (preflight.h says beforehand). The source takes about 40 MiB for its rings unless
// RecordOptions::buffer_bytes bounds them.
Result<std::unique_ptr<EventSource>> open_ebpf_source(const RecordOptions& options);

// Loads the programs, attaches none, and gives everything back: what open_ebpf_source() would say of them.
Result<void> try_ebpf_programs(const RecordOptions& options);

// Whether this build contains the engine.
bool has_ebpf_source();

}  // namespace sysreel
