// One whole call as a line of text, for reports that quote it.
#pragma once

#include <string>

#include "analyzer/model/model.h"
#include "format/event.h"

namespace sysreel::text {

// "openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3", in default options, without a newline. A call that had not ended has no
// result: "read(3,  <unfinished ...>".
std::string call_line(const Call& call, const Model& model);

}  // namespace sysreel::text
