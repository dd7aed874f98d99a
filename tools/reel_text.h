// Prints reels as text: the work of trace-report behind its command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/text/text_renderer.h"
#include "format/result.h"
#include "tools/program_name.h"
#include "tools/window_option.h"

namespace sysreel::tools {

// Prints one reel, or what was going on in a window of it, to `sink`. Says on stderr what the reel lacks: damaged parts, lost calls, things asked for that were not
// recorded. Fails if the reel cannot be opened or read.
Result<void> print_reel(const std::string& file, const text::TextOptions& options, const std::optional<WindowOption>& window,
                        text::TextSink& sink, const ProgramName& name);

}  // namespace sysreel::tools
