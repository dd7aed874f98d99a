// Targets that are named by what they are: a program's name, a control group, a container, the whole machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/ids.h"
#include "format/result.h"
#include "recorder/joining.h"

namespace sysreel {

struct TargetQuery {
  std::vector<std::string> comms = {};       // names of programs, as /proc/PID/comm has them
  std::vector<std::string> cgroups = {};     // folders of control groups; those below count, too
  std::vector<std::string> containers = {};  // ids, or the first twelve or more digits of one
  bool all = false;

  bool empty() const { return comms.empty() && cgroups.empty() && containers.empty() && !all; }
};

// The folder of a control group: "/sys/fs/cgroup/x", "x" or "/x" below any hierarchy. Fails (not_found) with the name.
Result<std::string> cgroup_folder(const std::string& name);

// Fails (usage) if it is not at least twelve hexadecimal digits.
Result<void> check_container_id(std::string_view id);

// Every process that matches now. Neither this process nor a kernel thread ever does.
std::vector<Pid> processes_that_match(const TargetQuery& query);

// Those to come, as far as the kernel can tell them at their execve: by name, or by a control group of the unified hierarchy.
Joining joining_of(const TargetQuery& query);

}  // namespace sysreel
