// How fast events become a reel and come back, and how small it is: bytes an event stand in the counters.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <array>
#include <cstdlib>

#include "bench/sample_reel.h"
#include "format/owned_event.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t call_count = 1 << 19;
constexpr std::array<Sample, 2> samples = {add_storm, add_compile_job};

void count(benchmark::State& state) { state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * call_count)); }

// Arguments: 0 storm or 1 compile job; zstd level.
void encode(benchmark::State& state) {
  OwnedEvents events;
  samples[static_cast<std::size_t>(state.range(0))](events, call_count);
  WriterTotals totals;
  for (auto _ : state) {
    Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::memfd_create("reel", MFD_CLOEXEC)), {}, {.zstd_level = static_cast<int>(state.range(1))});
    if (!writer) std::abort();
    Cutter cutter(*writer);
    events.replay(cutter);
    if (!writer->finish()) std::abort();
    totals = writer->totals();
  }
  count(state);
  state.counters["bytes_per_event"] = static_cast<double>(totals.bytes) / static_cast<double>(totals.events);
}
BENCHMARK(encode)->ArgNames({"compile", "zstd"})->ArgsProduct({{0, 1}, {1, 3}})->Unit(benchmark::kMillisecond);

// Every event as a struct with all its fields and blocks.
void replay(benchmark::State& state) {
  ReelReader reader = sample_reel(samples[static_cast<std::size_t>(state.range(0))], call_count);
  EventSink sink;
  for (auto _ : state) {
    if (!reader.replay(sink)) std::abort();
  }
  count(state);
}
BENCHMARK(replay)->ArgName("compile")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// What statistics read: call, result, duration, flags. Arguments: 0 storm or 1 compile job; threads.
void columns(benchmark::State& state) {
  ReelReader reader = sample_reel(samples[static_cast<std::size_t>(state.range(0))], call_count);
  const auto visit = [](ChunkView& chunk, unsigned) {
    return chunk.decode(Columns::key | Columns::result | Columns::duration | Columns::flags);
  };
  for (auto _ : state) {
    if (!reader.scan(static_cast<unsigned>(state.range(1)), {}, visit)) std::abort();
  }
  count(state);
}
BENCHMARK(columns)
    ->ArgNames({"compile", "threads"})
    ->ArgsProduct({{0, 1}, {1, 2}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sysreel::bench
