// Prints one event of a reel and what came around it: the work of trace-report --at behind its command line.
#pragma once

#include <cstdint>
#include <string>

#include "analyzer/text/text_renderer.h"
#include "format/result.h"
#include "tools/program_name.h"

namespace sysreel::tools {

// Events count from 1, as findings name them. Fails (usage) if the reel has fewer, and where the reel cannot be read.
Result<void> print_moment(const std::string& file, std::uint64_t event, const text::TextOptions& options,
                          text::TextSink& sink, const ProgramName& name);

}  // namespace sysreel::tools
