// Events a second through the analyses that answer questions, from a reel as trace-report reads it: --errors, --diagnose.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "analyzer/diagnosis/diagnosis.h"
#include "analyzer/errors/error_report.h"
#include "bench/sample_reel.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t call_count = 1 << 18;

template <typename Analysis>
void answer(benchmark::State& state) {
  ReelReader reader = sample_reel(add_compile_job, call_count);
  std::uint64_t events = 0;
  for (auto _ : state) {
    Analysis analysis;
    analysis.begin(reader.header());
    if (!reader.replay(analysis)) std::abort();
    analysis.finish();
    events += reader.summary().events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

BENCHMARK_TEMPLATE(answer, errors::ErrorReport)->Name("errors");
BENCHMARK_TEMPLATE(answer, Diagnosis)->Name("diagnose");

}  // namespace
}  // namespace sysreel::bench
