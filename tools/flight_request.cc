#include "tools/flight_request.h"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <charconv>

#include "recorder/proc.h"
#include "recorder/target_query.h"

namespace sysreel::tools {
namespace {

// The default of SIGUSR2 is death: it goes to a process that catches it only.
bool catches_the_signal(Pid pid) {
  const std::string status = proc::read_file(proc::path_of(pid, "status")).value_or("");
  const std::size_t at = status.find("SigCgt:\t");
  if (at == std::string::npos) return false;
  std::uint64_t caught = 0;
  std::from_chars(status.data() + at + 8, status.data() + status.size(), caught, 16);
  return (caught >> (SIGUSR2 - 1) & 1) != 0;
}

bool is_flight_recorder(Pid pid) {
  const std::string words = proc::read_file(proc::path_of(pid, "cmdline")).value_or("");
  return words.find(std::string_view("\0--flight", 9)) != std::string::npos && catches_the_signal(pid);
}

}  // namespace

Result<int> request_flight_dumps() {
  TargetQuery recorders;
  recorders.comms.push_back("trace-record");
  int asked = 0, refused = 0;
  for (const Pid pid : processes_that_match(recorders)) {
    if (!is_flight_recorder(pid)) continue;
    if (::kill(raw(pid), SIGUSR2) == 0) {
      ++asked;
    } else if (errno == EPERM) {
      ++refused;
    }
  }
  if (asked > 0) return asked;
  if (refused > 0) return Error{ErrorKind::denied, fmt::format("{} flight recorders belong to others; run as root", refused)};
  return Error{ErrorKind::not_found, "no flight recorder runs here (trace-record --flight 64M -p PID starts one)"};
}

}  // namespace sysreel::tools
