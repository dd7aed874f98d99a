// Turns what the programs copied at a fault, or when the OOM killer chose, into events.
#pragma once

#include <string_view>

#include "format/event.h"
#include "recorder/ebpf/record.h"

namespace sysreel {

// Delivers the signal with the sr_fault in `payload` as its fault and stack; without them if the payload is too short.
void deliver_fault(Signal signal, std::string_view payload, EventSink& sink);

// Delivers the sr_victim in `payload` as a snapshot of the process.
void deliver_victim(const sr_event& event, std::string_view payload, EventSink& sink);

// Delivers the sr_layout in `payload` as a snapshot of the process.
void deliver_layout(const sr_event& event, std::string_view payload, EventSink& sink);

}  // namespace sysreel
