// What is kept of calls that were only counted, and how it stands in a reel: the text of a Snapshot, a line a call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/ids.h"
#include "format/result.h"

namespace sysreel {

// Figures of one call during one span of time. Times may be estimates: a call that was timed stands for others that were not.
struct CallTally {
  Abi abi = Abi::x86_64;
  SyscallNr nr{};
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  Nanos time;     // of all calls together
  Nanos longest;  // since the recording began
  struct Bucket {
    Nanos duration;  // the middle of what falls into it
    std::uint64_t calls = 0;
  };
  std::vector<Bucket> durations;  // those that are not empty, ascending
};

// "ABI NUMBER CALLS ERRORS TIME LONGEST DURATION:CALLS,...\n" for each, all numbers decimal and times in nanoseconds; where
// nothing was timed, "-" stands for the durations.
std::string text_of(const std::vector<CallTally>& tallies);

// Reads that text. Fails (ErrorKind::damaged) at the first line that is none.
Result<std::vector<CallTally>> parse_tallies(std::string_view text);

}  // namespace sysreel
