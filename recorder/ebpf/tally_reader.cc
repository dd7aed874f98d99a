#include "recorder/ebpf/tally_reader.h"

#include <algorithm>
#include <bit>

namespace sysreel {
namespace {

constexpr unsigned step_bits = std::bit_width(unsigned{SR_TALLY_STEPS}) - 1;

// The middle of a bucket; see sr_tally.
Nanos middle_of(unsigned bucket) {
  if (bucket < SR_TALLY_STEPS) return Nanos{bucket};
  const unsigned shift = bucket / SR_TALLY_STEPS - 1;
  const std::int64_t low = static_cast<std::int64_t>(SR_TALLY_STEPS + bucket % SR_TALLY_STEPS) << shift;
  return Nanos{low + ((std::int64_t{1} << shift) - 1) / 2};
}
static_assert(step_bits == 2, "tally.bpf.h shifts by it");

// Buckets are 32 bits wide and wrap around: so do their sums and differences.
void add(sr_tally& sum, const sr_tally& one) {
  sum.calls += one.calls;
  sum.errors += one.errors;
  sum.time += one.time;
  sum.longest = std::max(sum.longest, one.longest);
  for (unsigned i = 0; i < SR_TALLY_BUCKETS; ++i) sum.buckets[i] += one.buckets[i];
}

CallTally difference(unsigned plan, const sr_tally& now, const sr_tally& before) {
  CallTally tally;
  tally.abi = plan < SR_ABI_SLOTS || plan == SR_PLAN_UNKNOWN ? Abi::x86_64 : Abi::i386;
  tally.nr = SyscallNr{static_cast<std::int32_t>(plan == SR_PLAN_UNKNOWN ? unsigned{SR_ABI_SLOTS} : plan % SR_ABI_SLOTS)};
  tally.calls = now.calls - before.calls;
  tally.errors = now.errors - before.errors;
  tally.time = Nanos{static_cast<std::int64_t>(now.time - before.time)};
  tally.longest = Nanos{static_cast<std::int64_t>(now.longest)};
  for (unsigned i = 0; i < SR_TALLY_BUCKETS; ++i) {
    const std::uint32_t count = now.buckets[i] - before.buckets[i];
    if (count != 0) tally.durations.push_back({middle_of(i), count});
  }
  return tally;
}

}  // namespace

std::vector<CallTally> TallyReader::since_last_look() {
  std::vector<CallTally> tallies;
  for (unsigned plan = 0; plan < SR_PLAN_COUNT; ++plan) {
    sr_tally sum{};
    for (unsigned cpu = 0; cpu < object_.cpus(); ++cpu) add(sum, object_.tally(cpu, plan));
    if (sum.calls == before_[plan].calls && sum.time == before_[plan].time) continue;
    tallies.push_back(difference(plan, sum, before_[plan]));
    before_[plan] = sum;
  }
  return tallies;
}

}  // namespace sysreel
