// How trace-record speaks to its user.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "tools/exit_status.h"

namespace sysreel::tools {

inline void say(const std::string& text) { fmt::print(stderr, "trace-record: {}\n", text); }

// Says what failed and returns the exit status.
inline int fail(const Error& error, int status) {
  say(error.message);
  if (error.kind == ErrorKind::usage) fmt::print(stderr, "Try 'trace-record --help'.\n");
  return status;
}
inline int fail(const Error& error) { return fail(error, exit_status(error.kind)); }

}  // namespace sysreel::tools
