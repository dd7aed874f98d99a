// Which reels a reader reads: the files it was given, standard input if that is a pipe, else the newest reel of this folder.
#pragma once

#include <string>
#include <vector>

#include "format/result.h"

namespace sysreel::tools {

// The names for ReelReader::open, "-" for standard input. `note` gets what the user should know: which reel was chosen.
// Fails (not_found) if nothing was given and there is no reel here.
Result<std::vector<std::string>> choose_reels(std::vector<std::string> given, std::string& note);

}  // namespace sysreel::tools
