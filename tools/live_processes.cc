#include "tools/live_processes.h"

#include "recorder/proc.h"

namespace sysreel::tools {

std::optional<Descriptor> LiveProcesses::descriptor(Pid pid, int fd) {
  FdFact fact;
  if (!lookup_.look_up(pid, Tid{raw(pid)}, fd, fact)) return std::nullopt;
  return descriptor_of(fact);
}

std::string LiveProcesses::cwd(Pid pid) { return proc::read_link(proc::path_of(pid, "cwd")).value_or(""); }

}  // namespace sysreel::tools
