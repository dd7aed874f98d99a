// Makes a sound, closed reel of what can be read of a damaged or unfinished one.
#pragma once

#include <cstdint>

#include "format/reel_reader.h"
#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel {

struct Recovered {
  std::uint64_t events = 0;   // copied
  std::uint64_t unknown = 0;  // of kinds this version does not know, left out
  std::uint64_t lost = 0;     // as far as known; each stretch is a Loss{damaged} in the copy
};

// Copies header and events of `from` to `out`, chunk by chunk. What could not be read is in from.problems() afterwards.
Result<Recovered> recover(ReelReader& from, UniqueFd out);

}  // namespace sysreel
