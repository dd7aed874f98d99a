// Diagnoses a reel: the work of trace-report --diagnose and --summary behind its command line.
#pragma once

#include <string>

#include "format/result.h"
#include "tools/program_name.h"

namespace sysreel::tools {

// The report of one reel. Says damaged parts on stderr. Fails if the reel cannot be opened or read.
Result<std::string> findings_of_reel(const std::string& file, const ProgramName& name);

// The same for the page that sums a reel up.
Result<std::string> overview_of_reel(const std::string& file, const ProgramName& name);

}  // namespace sysreel::tools
