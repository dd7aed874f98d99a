// Signals as text: their names, and the line of one that was delivered.
#pragma once

#include "analyzer/model/model.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"
#include "format/event.h"

namespace sysreel::text {

// SIGINT, SIGRTMIN, SIGRT_1 …; numbers without a name as they are.
void print_signal_name(Out& out, Abi abi, int signo);

// "--- SIGCHLD {si_signo=SIGCHLD, …} ---"; without a siginfo "--- stopped by SIGCHLD ---".
void print_signal(Out& out, const TextOptions& options, const Model& model, const Signal& signal);

}  // namespace sysreel::text
