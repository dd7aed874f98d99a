// Searches a reel that exists for what a recording with redaction would have overwritten.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "format/reel_reader.h"
#include "format/result.h"

namespace sysreel::tools {

// Reports each place in one line (time, process, where, which rule), never the secret itself, and returns how many secrets
// there are. `rules` names a file of further rules; empty: none.
Result<std::uint64_t> scan_for_secrets(ReelReader& reader, const std::string& rules, const std::function<void(const std::string&)>& report);

}  // namespace sysreel::tools
