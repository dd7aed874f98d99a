// What a command line said so far, option after option, before it is settled how the options go together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/strace_options.h"

namespace sysreel::tools {

struct GivenOptions {
  StraceOptions options;

  // Short forms are counted (-fff), and exclude their long forms.
  unsigned daemonize_short = 0, daemonize_long = 0;
  unsigned follow_short = 0;
  unsigned quiet_short = 0;
  bool quiet_long = false;       // --quiet, -e quiet=
  unsigned time_short = 0;
  bool time_long = false;
  unsigned hex_short = 0;
  std::optional<unsigned> hex_long;
  unsigned fds_short = 0;
  bool fds_long = false;         // --decode-fds, -e decode-fds=

  // Given at all: what contradicts another option or has no effect without one.
  bool deprecated_follow = false;
  bool columns = false;
  bool sort = false;
  bool frame_limit = false;
  bool interruptible = false;
  bool always_show_pid = false;
  bool tips = false;
  unsigned status_flags = 0;     // -z and -Z

  // Looked up when the whole line is known.
  std::optional<std::string> user;
  std::vector<std::string> paths;
};

}  // namespace sysreel::tools
