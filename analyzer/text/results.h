// Results: numbers in the base the row says, errors by name, restarts, and what -y and -Y add.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// One function a ResultKind of format/abi/results.def: prints the result of a call that did not fail.
#define RESULT(name) void print_result_##name(CallPrinter& p, std::int64_t result);
#include "format/abi/results.def"
#undef RESULT

}  // namespace sysreel::text
