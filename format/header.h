// What a reel says about itself before its first event: host, clocks, command line and how it was recorded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/ids.h"

namespace sysreel {

struct Header {
  std::string recorder_version;
  std::string engine;                // "ebpf", "ptrace", "memory"
  std::string host;                  // nodename
  std::string kernel;                // uname release
  std::string machine;               // uname machine
  std::string boot_id;
  Abi native_abi = Abi::x86_64;
  std::uint32_t page_size = 4096;
  std::uint32_t clock_ticks = 100;   // per second, sysconf(_SC_CLK_TCK)
  Nanos started;                     // CLOCK_MONOTONIC
  Nanos started_realtime;            // CLOCK_REALTIME at the same moment
  std::vector<std::string> command;  // the launched command, redacted as payload is; empty when attached
  std::vector<std::int32_t> targets; // pids attached to
  std::vector<std::string> options;  // the recorder's own command line
  std::string filter;                // what calls had to be: the -e trace= expression, then other filters; empty: anything
  std::uint32_t string_limit = 32;   // -s
  bool follow_forks = false;
  bool strict_filter = false;        // state-changing calls outside the filter were dropped, too
  bool failed_only = false;          // -Z at record time
  bool durations = true;
  bool redacted = false;
  bool stacks = false;
  bool counts_only = false;          // calls were counted, not recorded: snapshots of tallies stand for them
};

}  // namespace sysreel
