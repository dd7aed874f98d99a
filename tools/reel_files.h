// Which reels a reader reads, and what it says of their damage.
#pragma once

#include <string>
#include <vector>

#include "format/result.h"

namespace sysreel::tools {

// The names for ReelReader::open: those given, else "-" if standard input is a pipe that may still say something or a file
// that is not empty, else the newest *.reel of this folder. `note` gets what the user should know: which reel was chosen.
// Fails (not_found) if nothing was given and there is no reel here.
Result<std::vector<std::string>> choose_reels(std::vector<std::string> given, std::string& note);

}  // namespace sysreel::tools
