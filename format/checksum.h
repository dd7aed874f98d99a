// The checksum of a reel's frames: XXH64 with seed 0, the one zstd itself uses (published specification by Y. Collet).
#pragma once

#include <cstdint>
#include <span>

#include "format/event.h"

namespace sysreel {

// Detects damage, not forgery.
std::uint64_t checksum(ByteSpan bytes);

}  // namespace sysreel
