// Ids of processes, threads, users and groups, as -Y decorates them.
#pragma once

#include "analyzer/text/pid_lookup.h"
#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 123, or 123<bash> if -Y asks for it and the name is known, and its number in our pid namespace if --decode-pids=pidns does.
void print_process_id(CallPrinter& p, int pid, PidKind kind = PidKind::process);

}  // namespace sysreel::text
