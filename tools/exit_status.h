// Exit statuses of the tools. trace-record and trace-strace pass on that of a command instead.
#pragma once

#include "format/result.h"
#include "tools/program_name.h"

namespace sysreel::tools {

constexpr int exit_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return 2;
    case ErrorKind::not_found: return 3;
    case ErrorKind::denied: return 4;
    case ErrorKind::io: return 5;
    case ErrorKind::damaged: return 6;
    case ErrorKind::unsupported: return 7;
  }
  return 1;
}

// What trace-record has in place of a command's status, as env(1) and the shells do.
enum CommandExit : int {
  exit_recording_failed = 125,
  exit_not_executable = 126,
  exit_not_found = 127,
};

// Says the error's sentence on stderr and returns its exit status.
inline int say_error(const ProgramName& name, const Error& error) {
  name.say(error.message);
  return exit_status(error.kind);
}

}  // namespace sysreel::tools
