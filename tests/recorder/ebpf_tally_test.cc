// Calls that are counted in the kernel and not recorded: exact counts, and times that are near the truth.
#include <fcntl.h>
#include <sys/syscall.h>

#include "format/call_tally.h"
#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

// Adds up the snapshots of tallies, by call.
class TallySum : public Collector {
 public:
  using Collector::on;
  void on(const Snapshot& snapshot) override {
    ASSERT_EQ(snapshot.kind, SnapshotKind::call_tallies);
    const auto tallies = parse_tallies({reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size()});
    ASSERT_TRUE(tallies);
    for (const CallTally& tally : *tallies) {
      CallTally& sum = sums[std::string(abi::row_of(tally.abi, tally.nr)->name)];
      sum.calls += tally.calls;
      sum.errors += tally.errors;
      sum.time = sum.time + tally.time;
      sum.longest = tally.longest;
      for (const CallTally::Bucket& bucket : tally.durations) timed[std::string(abi::row_of(tally.abi, tally.nr)->name)] += bucket.calls;
    }
  }

  std::unordered_map<std::string, CallTally> sums;
  std::unordered_map<std::string, std::uint64_t> timed;
};

RecordOptions counting(bool every_time) {
  RecordOptions options;
  options.counts_only = true;
  options.strict_filter = true;
  options.exact = every_time;
  return options;
}

constexpr std::uint64_t many = 20'000;

int busy() {
  const int null = open("/dev/null", O_WRONLY);
  for (std::uint64_t i = 0; i < many; ++i) {
    if (write(null, "x", 1) != 1) return 1;
    close(-1);
  }
  usleep(60'000);
  return 0;
}

TEST(EbpfTally, CountsCallsAndErrorsExactly) {
  TallySum seen;
  record(seen, busy, counting(false));
  for (const SeenCall& call : seen.calls) EXPECT_TRUE(call.call.has(call_in_flight)) << call.name();
  EXPECT_EQ(seen.sums["write"].calls, many);
  EXPECT_EQ(seen.sums["write"].errors, 0u);
  EXPECT_EQ(seen.sums["close"].calls, many);
  EXPECT_EQ(seen.sums["close"].errors, many);
  EXPECT_EQ(seen.sums["openat"].calls, 1u);
  EXPECT_EQ(seen.sums["exit_group"].calls, 1u);
}

TEST(EbpfTally, KnowsLongCallsAndEstimatesShortOnes) {
  TallySum seen;
  record(seen, busy, counting(false));
  const CallTally& nap = seen.sums["clock_nanosleep"];
  EXPECT_GE(nap.time.value, 60'000'000);
  EXPECT_EQ(seen.timed["clock_nanosleep"], 1u);
  // One in sixteen of 20,000, each standing for sixteen: the estimate is off by a tenth once in ten million million runs.
  EXPECT_NEAR(static_cast<double>(seen.timed["write"]), static_cast<double>(many), many / 4.0);
}

TEST(EbpfTally, TimesEveryCallWhereExactnessIsAskedFor) {
  TallySum seen;
  record(seen, busy, counting(true));
  EXPECT_EQ(seen.timed["write"], many);
  EXPECT_EQ(seen.timed["close"], many);
}

TEST(EbpfTally, CountsOnlyTheCallsOfTheSet) {
  TallySum seen;
  RecordOptions options = counting(false);
  options.wanted = only("write");
  record(seen, busy, options);
  EXPECT_EQ(seen.sums.size(), 1u);
  EXPECT_EQ(seen.sums["write"].calls, many);
}

}  // namespace
}  // namespace sysreel
