// Which descriptors a call made or changed, as its row and the memory copied for it tell.
#pragma once

#include <vector>

#include "format/abi/abi.h"
#include "format/event.h"

namespace sysreel {

// Descriptors of the caller about which there is something new after `call`, which has ended: those it returned, wrote to
// memory (pipe), received over a socket, or gave an address (bind, connect). `row` is the variant that holds.
std::vector<int> fds_changed_by(const Call& call, const abi::SyscallRow& row);

}  // namespace sysreel
