// What the recorder may do that its user may not: given up when it is set up, and never lent to the user.
#pragma once

#include <cstddef>
#include <vector>

#include "format/ids.h"

namespace sysreel {

// What is still to come after set-up.
struct RemainingWork {
  bool more_files = false;      // further reels are to be made, perhaps in another user's folder
  bool files_change_hands = false;  // and to be given to the user who called sudo
};

// Gives up for good every capability that recording does not need, those of the bounding set included, and forbids that an
// execve gives any back. Does nothing where there is none to give up. To be called when engine, target and first file are there.
void drop_privileges(const RemainingWork& work);

// Whether this process got its capabilities from its file: its user is not root and holds some.
bool privileged_by_file();

// Whether the real user may record a process by ptrace(2)'s rules: same user and group ids, no capabilities, dumpable, and
// YAMA's ptrace_scope not above 1. The eBPF engine itself is not stopped by any of them.
bool real_user_may_trace(Pid pid);

// Takes out of `pids` those that the user may not record, where our privileges are our file's. Returns how many.
std::size_t leave_out_foreign(std::vector<Pid>& pids);

}  // namespace sysreel
