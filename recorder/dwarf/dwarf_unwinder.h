// Unwinds with the call frame information of the program's files (elfutils): sees every frame, reads those files, and takes
// its time. A library of its own: the static recorder does without elfutils.
#pragma once

#include <memory>

#include "recorder/unwinder.h"

namespace sysreel {

std::unique_ptr<Unwinder> make_dwarf_unwinder();

}  // namespace sysreel
