// Asks the flight recorders of this machine to write what they have: trace-record --dump.
#pragma once

#include "format/result.h"

namespace sysreel::tools {

// Sends SIGUSR2 to every process that is a flight recorder and takes it. Returns how many were asked; fails (not_found) if
// there is none, or (denied) if none may be asked.
Result<int> request_flight_dumps();

}  // namespace sysreel::tools
