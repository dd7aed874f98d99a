// When a recording ends by itself, and how durations and sizes are spelled on a command line.
#pragma once

#include <cstdint>
#include <string_view>

#include "format/ids.h"
#include "format/result.h"

namespace sysreel {

// 0: no limit. The length of a reel is its writer's affair (ChunkPolicy::reel_bytes).
struct RecordLimits {
  Nanos duration;
  std::uint64_t events = 0;
};

// "10", "10s", "500ms", "2m", "1h", "1.5s"; more than 0.
Result<Nanos> parse_duration(std::string_view text);

// "4096", "64K", "16M", "2G", with or without a B or iB behind; powers of 1024; more than 0.
Result<std::uint64_t> parse_size(std::string_view text);

// A whole number of decimal digits, more than 0.
Result<std::uint64_t> parse_count(std::string_view text);

}  // namespace sysreel
