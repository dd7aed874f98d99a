// Times of a reel as wall-clock text.
#pragma once

#include <string>

#include "format/header.h"
#include "format/ids.h"

namespace sysreel {

// "14:03:22.123456": a moment of the reel on the recorded host's clock, in the reader's time zone.
std::string wall_clock(Nanos time, const Header& header);

// "1.5 s", "20 ms", "3 µs": a span of time for people.
std::string span_text(Nanos span);

}  // namespace sysreel
