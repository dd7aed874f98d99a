// What the header of a reel says about the recording that trace-record was asked for.
#pragma once

#include <span>
#include <string_view>

#include "format/header.h"
#include "recorder/redact/rules.h"
#include "tools/record_command.h"

namespace sysreel::tools {

// `words` is our own command line without the program's name. Secrets in it are overwritten if there are rules.
Header header_for(const RecordCommand& command, std::string_view engine, std::span<const char* const> words, const RedactionRules* rules);

}  // namespace sysreel::tools
