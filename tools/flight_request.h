// Asks flight recorders of this machine to write what they have: trace-record --dump.
#pragma once

#include <string>
#include <vector>

#include "format/ids.h"
#include "format/result.h"

namespace sysreel::tools {

// Which flight recorders are meant. Without a choice: those that run as the user who asks.
struct FlightRequest {
  std::vector<Pid> pids;  // of a recorder, or of a process that one records
  std::string output;     // the -o of a recorder, seen from the current folder
};

// Sends SIGUSR2 to every process that is meant, is a flight recorder and takes it. Returns how many were asked; fails
// (not_found) if there is none, or none for one of the pids, or (denied) if none may be asked.
Result<int> request_flight_dumps(const FlightRequest& request);

}  // namespace sysreel::tools
