// trace-record --check: which engines can run here, and what stands in the way.
#pragma once

#include "tools/record_command.h"

namespace sysreel::tools {

// Prints what was found, as text or as JSON. The exit status is 0 if an engine can run and nothing blocks the targets and the
// output, else 4.
int check(const RecordCommand& command);

}  // namespace sysreel::tools
