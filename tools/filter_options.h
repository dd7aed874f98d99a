// The options of trace-record by which the kernel decides which calls are recorded.
#pragma once

#include <string>

#include "format/result.h"
#include "recorder/exit_filter.h"

namespace sysreel::tools {

// Each adds what one option says. Fails (ErrorKind::usage) with a sentence that names the option and the value.
Result<void> filter_slower_than(ExitFilter& filter, const std::string& time);
Result<void> filter_errno(ExitFilter& filter, const std::string& names);
Result<void> filter_path(ExitFilter& filter, const std::string& prefix);
Result<void> filter_fd(ExitFilter& filter, const std::string& numbers);
Result<void> filter_uid(ExitFilter& filter, const std::string& user);
Result<void> filter_comm(ExitFilter& filter, const std::string& name);
Result<void> filter_cgroup(ExitFilter& filter, const std::string& path);
Result<void> filter_sample(ExitFilter& filter, const std::string& count);

}  // namespace sysreel::tools
