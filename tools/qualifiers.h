// The qualifying expressions of -e, and the long options that are other spellings of them.
#pragma once

#include <string_view>

#include "analyzer/text/text_options.h"
#include "format/result.h"
#include "tools/option_table.h"

namespace sysreel::tools {

// What qualifiers change.
struct Qualified {
  text::TextOptions& text;
  bool quiet_given = false;       // -e quiet= was given: excludes -q
  bool decode_fds_given = false;  // -e decode-fds= was given: excludes -y
};

// Applies "QUALIFIER=SET", or "SET", which means trace=SET.
Result<void> apply_expression(Qualified& to, std::string_view expression);

// Applies the qualifier that a long option names (Option::trace, Option::quiet …).
Result<void> apply_qualifier(Qualified& to, Option qualifier, std::string_view set);

}  // namespace sysreel::tools
