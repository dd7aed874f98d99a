// Counts, errors and times of system calls, grouped by call: what trace-stats and the -c summary print.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/stats/histogram.h"
#include "format/chunk_view.h"
#include "format/result.h"

namespace sysreel {

// What is known of one group of calls. Times are wall-clock time inside the call unless they say otherwise.
struct CallFigures {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  Nanos total;
  Nanos min{INT64_MAX};
  Nanos max;
  Nanos on_cpu;                     // on a CPU inside the calls; meaningful if on_cpu_known == calls
  std::uint64_t on_cpu_known = 0;   // calls for which it was measured
  std::uint64_t timed = 0;          // calls with a duration
  Histogram durations;

  // Adds one call that is neither hidden nor in flight. `on_cpu` is negative where it was not measured.
  void add(std::uint16_t flags, std::int64_t result, Nanos duration, Nanos on_cpu);
  void merge(const CallFigures& other);
  Nanos average() const { return timed ? Nanos{total.value / static_cast<std::int64_t>(timed)} : Nanos{}; }
};

// Figures per (ABI, call number). Hidden calls and calls in flight are not counted. Mergeable: several reels, or the
// chunks of one, may each fill their own.
class CallStats final : public Analysis {
 public:
  using EventSink::on;
  void on(const Call& call) override;

  // Adds all calls of a chunk, reading only the columns that count. Fails if the chunk is damaged; what was added until
  // then stays.
  Result<void> add(ChunkView& chunk);
  void on(const Loss& loss) override { lost_ += loss.signals_and_tasks ? 0 : loss.count; }

  void merge(const CallStats& other);

  // One group, in ABI and number order. The name is the row's, or "syscall_0x…" for a number without one.
  struct Group {
    Abi abi;
    SyscallNr nr;
    const CallFigures* figures;
  };
  std::vector<Group> groups() const;
  std::uint64_t lost() const { return lost_; }

 private:
  CallFigures& figures_of(CallKey key);

  // Direct table for the numbers that exist, a map for the rest: a hostile reel may hold any number.
  static constexpr std::size_t direct_limit = 1024;
  std::vector<CallFigures> direct_[4];
  std::map<std::pair<Abi, SyscallNr>, CallFigures> rare_;  // node-based: references stay valid
  std::uint64_t lost_ = 0;
};

}  // namespace sysreel
