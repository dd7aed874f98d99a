#include "recorder/target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr std::string_view separators = ", \t\n";
constexpr std::uint64_t cap_sys_ptrace = 1u << 19;  // uapi linux/capability.h

// Whether this process has CAP_SYS_PTRACE in effect.
bool may_trace_everything() {
  const auto status = proc::read_file("/proc/self/status");
  if (!status) return false;
  const std::size_t at = status->find("CapEff:");
  if (at == std::string::npos) return false;
  std::uint64_t capabilities = 0;
  const char* const begin = status->data() + status->find_first_not_of(" \t", at + 7);
  std::from_chars(begin, status->data() + status->size(), capabilities, 16);
  return (capabilities & cap_sys_ptrace) != 0;
}

int yama_scope() {
  const auto text = proc::read_file("/proc/sys/kernel/yama/ptrace_scope");
  return text && !text->empty() ? text->front() - '0' : 0;
}

}  // namespace

Result<std::vector<Pid>> parse_pids(std::string_view text) {
  std::vector<Pid> pids;
  for (std::size_t at = text.find_first_not_of(separators); at != std::string_view::npos;
       at = text.find_first_not_of(separators, at)) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    const std::string_view word = text.substr(at, end - at);
    int pid = 0;
    const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
    if (error != std::errc{} || last != word.data() + word.size() || pid <= 0) {
      return Error{ErrorKind::usage, fmt::format("'{}' is not a process id", word)};
    }
    pids.push_back(Pid{pid});
    at = end;
  }
  if (pids.empty()) return Error{ErrorKind::usage, fmt::format("'{}' names no process", text)};
  return pids;
}

Result<Pid> find_target(Pid given) {
  const int number = raw(given);
  const auto status = proc::status_of(Tid{number});
  if (!status) return Error{ErrorKind::not_found, fmt::format("there is no process {}", number)};
  const std::string who = fmt::format("process {} ({})", number, status->name);
  if (status->kernel_thread) {
    return Error{ErrorKind::unsupported, fmt::format("{} is a kernel thread: it makes no system calls and cannot be traced", who)};
  }
  const bool ended = status->state == 'Z' || status->state == 'X';
  if (ended && proc::threads_of(status->pid).size() < 2) {  // a leader may be gone and its threads live on
    return Error{ErrorKind::not_found, fmt::format("{} has ended already (it is a zombie until its parent waits for it)", who)};
  }
  if (raw(status->pid) == ::getpid()) return Error{ErrorKind::usage, fmt::format("{} is this recorder itself", who)};
  return status->pid;
}

Error explain_denied(Pid pid) {
  const auto status = proc::status_of(Tid{raw(pid)});
  if (!status) return {ErrorKind::not_found, fmt::format("process {} ended before it could be attached to", raw(pid))};
  const std::string who = fmt::format("cannot attach to process {} ({})", raw(pid), status->name);
  const auto denied = [&](std::string why) { return Error{ErrorKind::denied, fmt::format("{}: {}", who, why)}; };
  if (raw(status->tracer) != 0) {
    const auto tracer = proc::status_of(Tid{raw(status->tracer)});
    return denied(fmt::format("process {} ({}) traces it already", raw(status->tracer), tracer ? tracer->name : "?"));
  }
  const int scope = yama_scope();
  if (scope == 3) return denied("YAMA's ptrace_scope is 3: nobody may trace; running as root does not help before a reboot");
  if (may_trace_everything()) {
    return denied("the kernel refuses although this process has CAP_SYS_PTRACE: a seccomp filter, a security module or another "
                  "user namespace forbids it");
  }
  if (status->uid != ::geteuid()) {
    return denied(fmt::format("it belongs to uid {}, this process runs as uid {}; run as root or with CAP_SYS_PTRACE", status->uid, ::geteuid()));
  }
  if (scope > 0) {
    return denied(fmt::format("YAMA's ptrace_scope is {}: only {}; run as root, or write 0 to /proc/sys/kernel/yama/ptrace_scope", scope,
                              scope == 1 ? "a parent may trace its child" : "CAP_SYS_PTRACE may trace"));
  }
  return denied("it is not dumpable (it changed its user or its program file is not readable), or a container's seccomp filter "
                "forbids ptrace; run as root or with CAP_SYS_PTRACE");
}

}  // namespace sysreel
