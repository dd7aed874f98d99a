// Prints reels as text: the work of trace-report behind its command line.
#pragma once

#include <string>
#include <vector>

#include "analyzer/text/text_renderer.h"
#include "format/result.h"
#include "tools/program_name.h"

namespace sysreel::tools {

// Prints one reel to `sink`. Says on stderr what the reel lacks: damaged parts, lost calls, things asked for that were not
// recorded. Fails if the reel cannot be opened or read.
Result<void> print_reel(const std::string& file, const text::TextOptions& options, text::TextSink& sink, const ProgramName& name);

}  // namespace sysreel::tools
