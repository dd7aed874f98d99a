// Programs that join a recording in the moment they begin, because of their name or their control group.
#pragma once

#include <string>
#include <vector>

#include "recorder/exit_filter.h"

namespace sysreel {

// The eBPF engine decides at execve; of each list it takes the first four. The others, and what the ptrace engine is to record,
// are found by looking again and again (target_query.h), and whoever lives shortly may be missed.
struct Joining {
  std::vector<std::string> comms;  // as /proc/PID/comm has them: at most 15 bytes
  std::vector<CgroupChoice> cgroups;
};

}  // namespace sysreel
