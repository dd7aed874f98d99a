// The capture plan in the form that the BPF programs obey: flat tables, indexed by ABI and call number.
#pragma once

#include <utility>
#include <vector>

#include "format/result.h"
#include "recorder/capture_plan.h"
#include "recorder/ebpf/record.h"

namespace sysreel {

struct BpfPlan {
  std::vector<sr_plan> plans;  // SR_PLAN_COUNT of them
  std::vector<sr_op> ops;      // at most SR_OP_COUNT
  std::vector<sr_quick_op> quick_ops;  // at most SR_QUICK_COUNT
  std::vector<std::pair<sr_variant_key, sr_signature>> variants;
};

// Flattens the rows of x86_64 and i386 under these options. Fails (unsupported) if the rows outgrow the tables.
Result<BpfPlan> make_bpf_plan(const RecordOptions& options);

}  // namespace sysreel
