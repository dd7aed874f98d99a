// Reads what the programs have counted since the last look.
#pragma once

#include <cstdint>
#include <vector>

#include "format/call_tally.h"
#include "recorder/ebpf/bpf_object.h"
#include "recorder/ebpf/record.h"

namespace sysreel {

// Used by one thread, while `object` lives.
class TallyReader {
 public:
  explicit TallyReader(const BpfObject& object) : object_(object), before_(SR_PLAN_COUNT) {}

  // One for each call that was made since the last look. The programs go on counting meanwhile: a call is in this look
  // or in the next, with its time perhaps in the next.
  std::vector<CallTally> since_last_look();

 private:
  const BpfObject& object_;
  std::vector<sr_tally> before_;  // sums over all CPUs
};

}  // namespace sysreel
