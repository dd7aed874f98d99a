// Processor time in clock ticks, as times(2) and siginfo_t count it.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 42 /* 0.42 s */; zero stands alone, as does every number under -X raw.
void print_clock_ticks(CallPrinter& p, std::uint64_t ticks);

}  // namespace sysreel::text
