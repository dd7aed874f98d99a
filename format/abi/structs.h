// Declares every structure in structs/*.def, as the kernel's ABI lays it out. Used by its name in the rows.
#pragma once

#include "format/abi/types.h"

namespace sysreel::abi {

#define STRUCT(id, ...) extern const Struct id##_layout;
#include "format/abi/structs/all.def"
#undef STRUCT

}  // namespace sysreel::abi
