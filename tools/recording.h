// One recording of trace-record, from its targets to its last message.
#pragma once

#include <span>

#include "recorder/launch.h"
#include "tools/record_command.h"

namespace sysreel::tools {

// Records as `command` says and returns the exit status; dies of the signal of which the launched command died. `words` is
// the command line without the program's name.
int run_recording(RecordCommand& command, std::span<const char* const> words, const SignalState& signals);

}  // namespace sysreel::tools
