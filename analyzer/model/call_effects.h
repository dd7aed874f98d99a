// Which calls change what the model knows about descriptors, folders and names.
#pragma once

#include <cstdint>

#include "format/ids.h"

namespace sysreel {

enum class CallEffect : std::uint8_t {
  none,
  close,
  duplicate,          // dup: the result is a copy of the first argument
  duplicate_to,       // dup2, dup3: the same; the last argument of dup3 has flags
  duplicate_to_flags,
  fcntl,
  close_range,
  change_folder,      // chdir, fchdir
  rename_task,        // prctl
  bind,
};

// The effect of a call that did not fail.
CallEffect effect_of(Abi abi, SyscallNr nr);

}  // namespace sysreel
