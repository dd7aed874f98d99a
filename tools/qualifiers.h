// The qualifying expressions of -e, and the long options that are other spellings of them.
#pragma once

#include <string_view>

#include "format/result.h"
#include "tools/given_options.h"
#include "tools/option_table.h"

namespace sysreel::tools {

// Applies "QUALIFIER=SET", or "SET", which means trace=SET.
Result<void> apply_expression(GivenOptions& to, std::string_view expression);

// Applies the qualifier that a long option names (Option::trace, Option::quiet …).
Result<void> apply_qualifier(GivenOptions& to, Option qualifier, std::string_view set);

}  // namespace sysreel::tools
