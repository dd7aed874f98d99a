// Events a second that trace-report --diagnose takes: a compile job decompressed, decoded and shown to every rule.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "analyzer/diagnosis/diagnosis.h"
#include "bench/sample_reel.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t call_count = 1 << 20;

void diagnose(benchmark::State& state) {
  ReelReader reader = sample_reel(add_compile_job, call_count);
  std::uint64_t events = 0;
  for (auto _ : state) {
    Diagnosis diagnosis;
    diagnosis.begin(reader.header());
    if (!reader.replay(diagnosis)) std::abort();
    diagnosis.finish();
    events += diagnosis.result().events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(diagnose)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sysreel::bench
