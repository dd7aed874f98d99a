// Prints the failures in reels: the work of trace-report --errors behind its command line.
#pragma once

#include <string>
#include <vector>

#include "analyzer/text/text_options.h"
#include "format/result.h"
#include "tools/program_name.h"

namespace sysreel::tools {

// The report of one reel. Of the options only the choice of calls and -v (show all) count. Says damaged parts on stderr. Fails if the reel
// cannot be opened or read.
Result<std::string> errors_of_reel(const std::string& file, const text::TextOptions& options, const ProgramName& name);

}  // namespace sysreel::tools
