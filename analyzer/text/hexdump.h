// Hexdumps behind a call, as -e read= and -e write= ask for them.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// Dumps what the call read or wrote, if its descriptor is asked for. Prints in the exit half.
void print_hexdumps(CallPrinter& p);

}  // namespace sysreel::text
