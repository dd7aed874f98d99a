// Whether a recording holds what a rule needs.
#pragma once

#include <string>

#include "analyzer/diagnosis/rule.h"
#include "format/header.h"

namespace sysreel {

// Why a rule cannot work on this reel; empty if it can.
std::string obstacle(const Needs& needs, const Header& header);

// What a rule that works did not see; empty if it saw everything. "all calls but those of -e trace=network".
std::string blind_spot(const Needs& needs, const Header& header);

// One step less sure.
constexpr Confidence lowered(Confidence confidence) {
  return confidence == Confidence::certain ? Confidence::probable : Confidence::possible;
}

}  // namespace sysreel
