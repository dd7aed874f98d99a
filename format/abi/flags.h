// Declares every set of named constants in flags/*.def. A set is one FLAG_SET there and is used by its name in the rows.
#pragma once

#include "format/abi/types.h"

namespace sysreel::abi {

#define FLAG_SET(id, unknown, ...) extern const Names id;
#include "format/abi/flags/all.def"
#undef FLAG_SET

}  // namespace sysreel::abi
