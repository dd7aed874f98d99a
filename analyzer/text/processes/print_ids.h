// Ids of processes, threads, users and groups, as -Y decorates them.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 123, or 123<bash> if -Y asks for it and the name is known.
void print_process_id(CallPrinter& p, int pid);

}  // namespace sysreel::text
