// The memory limits and counters of the control group that a process is in, version 1 or 2.
#pragma once

#include <string>
#include <string_view>

namespace sysreel {

// The folder with the counters, from the text of /proc/PID/cgroup: of version 1's memory controller, else of version 2.
// Empty if it names neither.
std::string memory_cgroup_folder(std::string_view cgroup);

// "name value" lines: limits, use, and how often the OOM killer came. A limit of a group above that is tighter is there
// as "above.memory.max" or "hierarchical_memory_limit". Empty if nothing can be read.
std::string memory_counters(const std::string& folder);

}  // namespace sysreel
