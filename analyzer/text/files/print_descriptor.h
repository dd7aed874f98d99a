// Descriptors as -y and -yy decorate them.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 3, or 3</etc/passwd> if -y asks for it and the path is known.
void print_descriptor(CallPrinter& p, int fd);

}  // namespace sysreel::text
