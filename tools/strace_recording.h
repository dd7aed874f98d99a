// What a command line of strace asks of the recorder: what to record, and which command to run.
#pragma once

#include "format/header.h"
#include "format/result.h"
#include "recorder/event_source.h"
#include "recorder/launch.h"
#include "tools/strace_options.h"

namespace sysreel::tools {

RecordOptions record_options_of(const StraceOptions& options);
Header header_of(const StraceOptions& options);

// Fails in strace's words if there is no such command.
Result<LaunchOptions> launch_options_of(const StraceOptions& options, const SignalState& signals);

}  // namespace sysreel::tools
