#include "tools/flight_request.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>

#include "recorder/proc.h"
#include "recorder/target_query.h"
#include "tools/record_command.h"

namespace sysreel::tools {
namespace {

struct FlightRecorderProcess {
  Pid pid;
  std::uint32_t uid = 0;
  RecordGlance command;
  bool meant = false;
};

// The default of SIGUSR2 is death: it goes to a process that catches it only.
bool catches_the_signal(Pid pid) {
  const std::string status = proc::read_file(proc::path_of(pid, "status")).value_or("");
  const std::size_t at = status.find("SigCgt:\t");
  if (at == std::string::npos) return false;
  std::uint64_t caught = 0;
  std::from_chars(status.data() + at + 8, status.data() + status.size(), caught, 16);
  return (caught >> (SIGUSR2 - 1) & 1) != 0;
}

// The words behind the program's name, which end in a 0 each.
std::vector<const char*> words_of(const std::string& command_line) {
  std::vector<const char*> words;
  for (std::size_t at = 0; at < command_line.size(); at = command_line.find('\0', at) + 1) {
    if (at != 0) words.push_back(command_line.data() + at);
    if (command_line.find('\0', at) == std::string::npos) break;
  }
  return words;
}

std::optional<FlightRecorderProcess> flight_recorder(Pid pid) {
  const std::string command_line = proc::read_file(proc::path_of(pid, "cmdline")).value_or("");
  const auto status = proc::status_of(Tid{raw(pid)});
  if (!status) return std::nullopt;
  FlightRecorderProcess recorder{pid, status->uid, glance_at_record_command(words_of(command_line)), false};
  if (!recorder.command.flight || !catches_the_signal(pid)) return std::nullopt;
  return recorder;
}

std::string absolute_path(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(folder / name, error);
  return error ? "" : path.string();
}

// Whether it is the recorder, one of its targets, the command that it launched, or, with -f, a descendant of these.
bool records(const FlightRecorderProcess& recorder, Pid pid) {
  if (pid == recorder.pid) return true;
  const std::vector<Pid>& targets = recorder.command.targets;
  constexpr int deepest = 1000;
  for (int depth = 0; depth < deepest && raw(pid) > 1; ++depth) {
    const auto status = proc::status_of(Tid{raw(pid)});
    if (!status) return false;
    if (std::find(targets.begin(), targets.end(), pid) != targets.end() || status->parent == recorder.pid) return true;
    if (!recorder.command.follow_forks) return false;
    pid = status->parent;
  }
  return false;
}

bool writes_to(const FlightRecorderProcess& recorder, const std::string& path) {
  if (recorder.command.output.empty()) return false;
  const auto folder = proc::read_link(proc::path_of(recorder.pid, "cwd"));
  return folder && absolute_path(*folder, recorder.command.output) == path;
}

Result<void> choose(std::vector<FlightRecorderProcess>& recorders, const FlightRequest& request) {
  const bool by_default = request.pids.empty() && request.output.empty();
  const std::string path = request.output.empty() ? "" : absolute_path(std::filesystem::current_path(), request.output);
  for (FlightRecorderProcess& recorder : recorders) {
    recorder.meant = by_default ? recorder.uid == ::getuid() : !path.empty() && writes_to(recorder, path);
  }
  for (const Pid pid : request.pids) {
    bool found = false;
    for (FlightRecorderProcess& recorder : recorders) {
      if (!records(recorder, pid)) continue;
      recorder.meant = found = true;
    }
    if (!found) return Error{ErrorKind::not_found, fmt::format("process {} is no flight recorder, and none that runs here records it", raw(pid))};
  }
  return {};
}

}  // namespace

Result<int> request_flight_dumps(const FlightRequest& request) {
  TargetQuery named;
  named.comms.push_back("trace-record");
  std::vector<FlightRecorderProcess> recorders;
  for (const Pid pid : processes_that_match(named)) {
    if (auto recorder = flight_recorder(pid)) recorders.push_back(std::move(*recorder));
  }
  if (auto chosen = choose(recorders, request); !chosen) return chosen.error();
  int asked = 0, refused = 0, others = 0;
  for (const FlightRecorderProcess& recorder : recorders) {
    if (!recorder.meant) {
      ++others;
    } else if (::kill(raw(recorder.pid), SIGUSR2) == 0) {
      ++asked;
    } else if (errno == EPERM) {
      ++refused;
    }
  }
  if (asked > 0) return asked;
  if (refused > 0) return Error{ErrorKind::denied, fmt::format("{} flight recorders belong to others; run as root", refused)};
  if (!request.output.empty()) return Error{ErrorKind::not_found, fmt::format("no flight recorder that runs here writes to '{}'", request.output)};
  if (others > 0) return Error{ErrorKind::not_found, fmt::format("{} flight recorders run here, all as other users: name one (--dump PID)", others)};
  return Error{ErrorKind::not_found, "no flight recorder runs here (trace-record --flight 64M -p PID starts one)"};
}

}  // namespace sysreel::tools
