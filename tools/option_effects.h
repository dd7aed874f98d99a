// What each option of strace's command line does when it is met.
#pragma once

#include "format/result.h"
#include "tools/argv.h"
#include "tools/given_options.h"

namespace sysreel::tools {

// Applies one option. Fails with strace's words if its value is wrong; a failure of ErrorKind::usage is one behind which
// strace points to -h.
Result<void> apply_option(GivenOptions& to, const GivenOption& given);

}  // namespace sysreel::tools
