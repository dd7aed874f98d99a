// Lines of strace text a second: of a compile job, from events in memory and from a reel as trace-report reads it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string_view>

#include "analyzer/text/entry_order.h"
#include "analyzer/text/text_renderer.h"
#include "bench/sample_reel.h"
#include "format/owned_event.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t call_count = 1 << 16;

// Counts what it is given.
class NullSink final : public text::TextSink {
 public:
  void write(Tid, std::string_view text) override { bytes += text.size(); }
  std::size_t bytes = 0;
};

void count(benchmark::State& state, const NullSink& sink) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * call_count));
  state.SetBytesProcessed(static_cast<std::int64_t>(sink.bytes));
}

// The events as they come.
void render(benchmark::State& state) {
  OwnedEvents events;
  add_compile_job(events, call_count);
  NullSink sink;
  for (auto _ : state) {
    const text::TextOptions options;
    text::TextRenderer renderer(options, sink);
    events.replay(renderer);
    renderer.finish();
  }
  count(state, sink);
}
BENCHMARK(render);

// With their beginnings put in order.
void order_and_render(benchmark::State& state) {
  OwnedEvents events;
  add_compile_job(events, call_count);
  NullSink sink;
  for (auto _ : state) {
    const text::TextOptions options;
    text::TextRenderer renderer(options, sink);
    text::EntryOrder order(renderer);
    events.replay(order);
    order.flush();
    renderer.finish();
  }
  count(state, sink);
}
BENCHMARK(order_and_render);

// From the reel.
void reel_to_text(benchmark::State& state) {
  ReelReader reader = sample_reel(add_compile_job, call_count);
  NullSink sink;
  for (auto _ : state) {
    const text::TextOptions options;
    text::TextRenderer renderer(options, sink);
    text::EntryOrder order(renderer);
    const auto visit = [&](ChunkView& chunk, unsigned) {
      const Result<void> replayed = chunk.replay(order);
      order.flush();
      return replayed;
    };
    if (!reader.scan(1, {}, visit)) std::abort();
    renderer.finish();
  }
  count(state, sink);
}
BENCHMARK(reel_to_text);

}  // namespace
}  // namespace sysreel::bench
