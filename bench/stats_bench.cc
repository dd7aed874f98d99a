// Calls a second that trace-stats counts: chunks of a compile job decompressed, decoded and added up.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "analyzer/stats/call_stats.h"
#include "analyzer/stats/object_stats.h"
#include "bench/sample_reel.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t call_count = 1 << 20;

void count_calls(benchmark::State& state) { state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * call_count)); }

// Arguments: how calls are grouped; threads.
void by_columns(benchmark::State& state) {
  ReelReader reader = sample_reel(add_compile_job, call_count);
  const auto threads = static_cast<unsigned>(state.range(1));
  for (auto _ : state) {
    std::vector<CallStats> parts(threads, CallStats(static_cast<Grouping>(state.range(0))));
    if (!reader.scan(threads, {}, [&](ChunkView& chunk, unsigned worker) { return parts[worker].add(chunk); })) std::abort();
  }
  count_calls(state);
}
BENCHMARK(by_columns)
    ->ArgNames({"by", "threads"})
    ->ArgsProduct({{static_cast<int>(Grouping::syscall), static_cast<int>(Grouping::thread), static_cast<int>(Grouping::errno_value)}, {1, 2}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

// What needs whole calls and history.
void by_events(benchmark::State& state) {
  ReelReader reader = sample_reel(add_compile_job, call_count);
  for (auto _ : state) {
    ObjectStats stats(Grouping::path);
    if (!reader.replay(stats)) std::abort();
  }
  count_calls(state);
}
BENCHMARK(by_events)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sysreel::bench
