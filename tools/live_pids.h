// Looks processes up in /proc while they are traced, for -Y and --decode-pids=pidns.
#pragma once

#include <string>
#include <unordered_map>

#include "analyzer/text/pid_lookup.h"
#include "recorder/proc_numbers.h"

namespace sysreel::tools {

// /proc may belong to another pid namespace than this process; then its numbers are not ours. Names of traced threads are
// kept: the line about a thread's end comes when /proc has forgotten it. Used by one thread.
class LivePids final : public text::PidLookup {
 public:
  std::string comm(int id) override;
  std::string comm_of_traced(Tid tid) override;
  int translate(Tid of, int id, text::PidKind kind) override;

 private:
  const proc::OwnNumbers own_;
  std::unordered_map<int, std::string> names_;    // of traced threads
  std::unordered_map<int, proc::Numbers> found_;  // by our number of a thread
};

}  // namespace sysreel::tools
