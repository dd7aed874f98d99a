// Descriptors as -y and -yy decorate them.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 3, or 3</etc/passwd> if -y asks for it and the path is known.
void print_descriptor(CallPrinter& p, int fd);
// The same for a descriptor of another process, by the id that the recorder knows it by.
void print_descriptor_of(CallPrinter& p, Pid owner, int fd);

// The process that a pidfd stands for; 0 if it is none or that is not known.
Pid pidfd_process(const Descriptor& descriptor);

// </etc/passwd>, <TCP:[127.0.0.1:80]>, </dev/null<char 1:3>>: what stands behind the number.
void print_decoration(CallPrinter& p, const Descriptor& descriptor);

}  // namespace sysreel::text
