// Processes to attach to: which ones a user means, and why one cannot be traced.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "format/ids.h"
#include "format/result.h"

namespace sysreel {

// The pids in "12", "12,34" or "12 34", as strace's -p takes them (separators: comma, blank, tab, newline).
Result<std::vector<Pid>> parse_pids(std::string_view text);

// The process to attach to for a number given by the user, which may be that of any of its threads. Fails with a sentence
// that names the process and the reason if it does not exist, has ended, is a kernel thread or is the recorder itself.
Result<Pid> find_target(Pid given);

// Why the kernel refuses to let us trace `pid` (EPERM): who traces it already, whose it is, or which guard of the system
// forbids it; and what would help.
Error explain_denied(Pid pid);

}  // namespace sysreel
