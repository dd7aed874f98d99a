// How the options of a command line go together: what contradicts what, what outdoes what, and what has no effect.
#pragma once

#include <string>
#include <vector>

#include "format/result.h"
#include "tools/given_options.h"

namespace sysreel::tools {

// Settles `given.options` once every option was applied and the command is known, in strace's order and words: `notes` gets
// what strace would say while it goes on, a failure is what it ends with.
Result<void> settle_options(GivenOptions& given, std::vector<std::string>& notes);

}  // namespace sysreel::tools
