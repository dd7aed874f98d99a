// Reads what /proc says about processes and threads. Everything may vanish between two reads; then values are empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/ids.h"

namespace sysreel::proc {

// The lines of /proc/TID/status and stat that decide whether and how a task can be traced.
struct Status {
  std::string name;  // comm, without escapes
  char state = '?';  // R S D T t Z X I
  Pid pid{};         // thread group id
  Pid parent{};
  Pid tracer{};      // who ptraces it; 0: nobody
  std::uint32_t uid = 0;  // real
  bool kernel_thread = false;
  std::uint64_t pending = 0;         // signals sent to the thread and not delivered yet; bit 0: signal 1
  std::uint64_t shared_pending = 0;  // the same of its process
};

std::optional<Status> status_of(Tid tid);

// All threads of a process that exist now, the leader included.
std::vector<Tid> threads_of(Pid pid);

// Content of a small file of /proc, up to `limit` bytes; nothing if it cannot be read.
std::optional<std::string> read_file(const std::string& path, std::size_t limit = 1u << 20);

// Target of a symbolic link; nothing if it cannot be read.
std::optional<std::string> read_link(const std::string& path);

// "/proc/TID/name", whatever number /proc has for it.
std::string path_of(Tid tid, const char* name);
std::string path_of(Pid pid, const char* name);

// The thread's name; empty if it is gone.
std::string comm_of(Tid tid);

}  // namespace sysreel::proc
