// How many arguments a system call has, by the rows of format/abi: what stands in the other registers means nothing.
#pragma once

#include <cstdint>

#include "format/ids.h"

namespace sysreel {

// The most that the call's row or one of its variants declares; 6 where the tables do not know the call.
std::uint8_t declared_arguments(Abi abi, SyscallNr nr);

}  // namespace sysreel
