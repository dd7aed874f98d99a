// Which signals end a tracing, and how a process dies of the signal that ended its command.
#pragma once

#include "tools/strace_options.h"

namespace sysreel::tools {

// Sets the dispositions of this process as -I asks for them. Call when the command was started: it must not inherit them.
void take_signals(Interruptible when);

// The signal that told this process to end; 0: none so far.
int interrupting_signal();

// Dies of `signo` without leaving a core file of its own. Where the signal does not kill, exits with 128 + signo.
[[noreturn]] void die_of(int signo);

}  // namespace sysreel::tools
