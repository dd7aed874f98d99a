// What the header of a reel tells about this machine.
#pragma once

#include "format/header.h"

namespace sysreel {

// A header with host, kernel, clocks and this moment filled in; what concerns the recording itself is left to the caller.
Header header_of_this_host();

}  // namespace sysreel
