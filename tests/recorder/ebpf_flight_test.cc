// Calls in flight as the eBPF engine finds them in tasks that run meanwhile: never a mixture of two, never out of order.
#include <sys/syscall.h>

#include <atomic>
#include <thread>
#include <unordered_map>

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

constexpr int marked_numbers[] = {SYS_getpriority, SYS_getpgid, SYS_fdatasync, SYS_poll, SYS_sched_getscheduler, SYS_shutdown};

// Calls that tell their number and turn in arguments they do not look at. Of poll the first three mean: sleep for a millisecond.
void make_marked_calls(std::uint64_t turn) {
  for (const int nr : marked_numbers) {
    const std::uint64_t mark = static_cast<std::uint64_t>(nr) << 32 | turn;
    const bool sleeps = nr == SYS_poll && turn % 16 == 0;
    syscall(nr, nr == SYS_poll ? 0 : -1L, 0, sleeps ? 1 : 0, mark, mark, mark);
  }
}

class FlightChecker : public EventSink {
 public:
  void on(const Call& call) override {
    if (std::find(std::begin(marked_numbers), std::end(marked_numbers), raw(call.nr)) == std::end(marked_numbers)) return;
    const std::uint64_t mark = call.args[3];
    if (mark >> 32 != static_cast<std::uint64_t>(raw(call.nr)) || call.args[4] != mark || call.args[5] != mark) ++mixed;
    auto& last = last_.try_emplace(raw(call.tid)).first->second;
    if (call.start < last) ++disordered;
    last = call.has(call_in_flight) ? call.start : call.end();
    ++(call.has(call_in_flight) ? in_flight : ended);
  }
  std::uint64_t in_flight = 0, ended = 0, mixed = 0, disordered = 0;

 private:
  std::unordered_map<int, Nanos> last_;  // by thread: the latest time known of its calls
};

void expect_flights_in_order(const RecordOptions& options) {
  auto* const stop = shared<std::atomic<bool>>();
  Tracee tracee([stop] {
    const auto work = [stop] {
      for (std::uint64_t turn = 0; !*stop; ++turn) make_marked_calls(turn);
    };
    std::thread other(work);
    work();
    other.join();
    return 0;
  });
  auto source = open_source(options);
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  tracee.go();
  FlightChecker seen;
  for (int look = 0; look < 400; ++look) {
    ASSERT_TRUE(source->poll(seen, Nanos{0}));
    ASSERT_TRUE(source->report_in_flight(seen));
  }
  ASSERT_TRUE(source->stop(seen));
  *stop = true;
  EXPECT_GT(seen.ended, 0u);
  EXPECT_GT(seen.in_flight, 0u);
  EXPECT_EQ(seen.mixed, 0u);
  EXPECT_EQ(seen.disordered, 0u);
}

TEST(EbpfFlights, AreTrueAndInOrderThoughTheTasksRun) { expect_flights_in_order({}); }

TEST(EbpfFlights, AreTrueAndInOrderWithoutDurations) {
  RecordOptions options;
  options.durations = false;
  expect_flights_in_order(options);
}

TEST(EbpfFlights, AnAttachToARunningProgramTakesNoCallForAnother) {
  auto* const stop = shared<std::atomic<bool>>();
  Tracee tracee([stop] {
    for (std::uint64_t turn = 0; !*stop; ++turn) make_marked_calls(turn);
    return 0;
  });
  tracee.go();
  for (int round = 0; round < 10; ++round) {
    auto source = open_source();
    ASSERT_TRUE(source && source->attach(tracee.pid()));
    FlightChecker seen;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(source->poll(seen, Nanos{1'000'000}));
    ASSERT_TRUE(source->stop(seen));
    EXPECT_EQ(seen.mixed, 0u);
    EXPECT_EQ(seen.disordered, 0u);
  }
  *stop = true;
}

}  // namespace
}  // namespace sysreel
