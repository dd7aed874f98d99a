// Rules of the user's own, as --redact FILE has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/result.h"
#include "recorder/redact/rules.h"

namespace sysreel {

// One rule a line: "id keyword[,keyword]... expression", separated by blanks or tabs; the expression is the rest of the line.
// Empty lines and lines that begin with # are skipped. Fails (usage) with `name` and the line.
Result<std::vector<UserRule>> parse_rules(std::string_view text, const std::string& name);

// The rules of a file.
Result<std::vector<UserRule>> read_rules(const std::string& path);

}  // namespace sysreel
