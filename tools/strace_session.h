// One run of trace-strace: launches or attaches, prints what happens, and ends as strace would.
#pragma once

#include "recorder/launch.h"
#include "tools/program_name.h"
#include "tools/strace_options.h"

namespace sysreel::tools {

// Traces as `options` say and returns the exit status: that of the command, whose death by a signal is repeated by dying of
// it; 0 after attaching; 1 when tracing could not begin. `signals` are those this process was started with.
int run_strace(const ProgramName& name, StraceOptions options, const SignalState& signals);

}  // namespace sysreel::tools
