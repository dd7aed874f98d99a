#include "tools/strace_recording.h"

#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "recorder/clock.h"
#include "recorder/ptrace/seccomp_filter.h"

namespace sysreel::tools {
namespace {

constexpr std::uint32_t dump_limit = 16 << 20;  // bytes of a buffer that -e read= and -e write= dump

// The file that strace would run: the word itself if it has a slash, else the first executable of that name in PATH.
Result<std::string> locate(const std::string& word) {
  std::string path = word;
  if (word.size() >= PATH_MAX) return Error::from_errno("exec", ENAMETOOLONG);
  if (word.find('/') == std::string::npos) {
    if (Result<std::string> found = find_executable(word); found) path = *std::move(found);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return Error{ErrorKind::not_found, fmt::format("Can't stat '{}': {}", word, std::strerror(errno))};
  }
  return path;
}

}  // namespace

RecordOptions record_options_of(const StraceOptions& options) {
  RecordOptions record;
  record.string_limit = options.text.string_limit;
  const auto dumps = [](const text::NumberChoice& fds) { return fds.everything || fds.inverted || !fds.numbers.empty(); };
  if (dumps(options.text.dump_read) || dumps(options.text.dump_write)) record.string_limit = dump_limit;
  record.follow_forks = options.follow_forks;
  record.follow_threads = options.follow_forks;
  // The eBPF engine may miss at entry what is not resident, and mends it at exit: its calls print when they have ended.
  record.announce_entries = options.summary != Summary::only && options.engine == "ptrace";
  record.seccomp_bpf = options.seccomp_bpf;
  // What is not printed is not read: the few questions that stay are asked of the processes, which the ptrace engine stops.
  record.fd_identity = options.text.decode_fds != 0 || !options.text.paths.empty() || options.engine != "ptrace";
  record.strict_filter = !record.fd_identity;
  record.kill_on_exit = options.kill_on_exit;
  record.detach_on_execve = options.detach_on_execve;
  record.reap_strangers = options.engine == "ptrace";
  record.stacks = options.text.stack && options.summary != Summary::only;
  record.stack_frames = options.text.stack_frames;
  record.verbose = true;
  record.wanted = options.text.trace;
  // -n leads the lines of signals and exits with the number of the last call, shown or not.
  if (options.text.syscall_number && !options.seccomp_bpf) record.wanted = abi::SyscallSet::all();
  return record;
}

Header header_of(const StraceOptions& options) {
  Header header;
  header.engine = options.engine;
  header.command = options.command;
  header.targets.assign(options.attach.begin(), options.attach.end());
  header.string_limit = options.text.string_limit;
  header.follow_forks = options.follow_forks;
  header.started = read_clock(CLOCK_MONOTONIC);
  header.started_realtime = read_clock(CLOCK_REALTIME);
  return header;
}

Result<LaunchOptions> launch_options_of(const StraceOptions& options, const SignalState& signals) {
  LaunchOptions launch;
  Result<std::string> path = locate(options.command.front());
  if (!path) return path.error();
  launch.command = options.command;
  launch.executable = *std::move(path);
  launch.argv0 = options.argv0;
  launch.environment_changes = options.environment;
  launch.signals = signals;
  launch.failure_status = 1;
  if (options.seccomp_bpf) launch.seccomp_filter = seccomp_filter_for(record_options_of(options));
  if (options.user) launch.user = LaunchUser{options.user->uid, options.user->gid, options.user->groups};
  return launch;
}

}  // namespace sysreel::tools
