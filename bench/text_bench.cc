// Lines of strace text a second, from events in memory and through EntryOrder.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <string_view>

#include "analyzer/text/entry_order.h"
#include "analyzer/text/text_renderer.h"
#include "format/owned_event.h"

namespace {

using namespace sysreel;

constexpr std::uint64_t path_address = 0x7ffc00001000, buffer_address = 0x55d0c0de0000, stat_address = 0x7ffc00002000;
constexpr std::size_t calls_in_mix = 8;

// Counts what it is given.
class NullSink final : public text::TextSink {
 public:
  void write(Tid, std::string_view text) override { bytes += text.size(); }
  std::size_t bytes = 0;
};

// The calls that a compiler makes most, as one task makes them: 100 ns apart, none interrupting another.
class CompileJob {
 public:
  explicit CompileJob(std::size_t rounds) {
    TaskNew task;
    task.pid = Pid{1234};
    task.tid = Tid{1234};
    events.on(task);
    for (std::size_t round = 0; round < rounds; ++round) {
      const Block path = block(path_address, "/usr/include/x86_64-linux-gnu/bits/types/struct_timespec.h", 1, Phase::entry);
      const Block data = block(buffer_address, std::string_view(text_, sizeof text_), 0, Phase::exit);
      const Block stat = block(stat_address, std::string_view(stat_, sizeof stat_), 0, Phase::exit);
      const auto at_fdcwd = static_cast<std::uint64_t>(-100);
      add("openat", {at_fdcwd, path_address, 0x80100, 0, 0, 0}, 3, {&path, 1});
      add("newfstatat", {at_fdcwd, path_address, stat_address, 0, 0, 0}, 0, {{path, stat}});
      add("read", {3, buffer_address, 4096, 0, 0, 0}, 4096, {&data, 1});
      add("read", {3, buffer_address, 4096, 0, 0, 0}, 0, {});
      add("lseek", {3, 0, 0, 0, 0, 0}, 0, {});
      add("mmap", {0, 0x21000, 3, 0x22, 0xffffffff, 0}, 0x7f1234567000, {});
      add("openat", {at_fdcwd, path_address, 0x80100, 0, 0, 0}, -2, {&path, 1});
      add("close", {3, 0, 0, 0, 0, 0}, 0, {});
    }
  }

  OwnedEvents events;

 private:
  struct Blocks {
    Blocks(const Block* first, std::size_t count) : span(first, count) {}
    Blocks(std::initializer_list<Block> list) : span(list.begin(), list.size()) {}
    std::span<const Block> span;
  };

  static Block block(std::uint64_t address, std::string_view text, std::size_t with_nul, Phase phase) {
    return {address, {reinterpret_cast<const std::byte*>(text.data()), text.size() + with_nul},
            static_cast<std::uint32_t>(text.size() + with_nul), phase, BlockEnd::whole};
  }
  void add(std::string_view name, std::array<std::uint64_t, 6> args, std::int64_t result, const Blocks& blocks) {
    Call call;
    call.pid = Pid{1234};
    call.tid = Tid{1234};
    call.nr = abi::number_of(Abi::x86_64, name).value();
    call.args = args;
    call.result = result;
    call.start = {now_};
    call.duration = {90};
    call.blocks = blocks.span;
    events.on(call);
    now_ += 100;
  }

  std::int64_t now_ = 1;
  char text_[40] = "#ifndef _STRUCT_TIMESPEC\n#define _STRUC";
  char stat_[144] = {};
};

text::TextOptions options() { return {}; }

// The events as they come.
void BM_Render(benchmark::State& state) {
  const CompileJob job(2000);
  NullSink sink;
  for (auto _ : state) {
    const text::TextOptions chosen = options();
    text::TextRenderer renderer(chosen, sink);
    job.events.replay(renderer);
    renderer.finish();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 2000 * calls_in_mix));
  state.SetBytesProcessed(static_cast<std::int64_t>(sink.bytes));
}
BENCHMARK(BM_Render);

// With their beginnings put in order, as trace-report reads them.
void BM_OrderAndRender(benchmark::State& state) {
  const CompileJob job(2000);
  NullSink sink;
  for (auto _ : state) {
    const text::TextOptions chosen = options();
    text::TextRenderer renderer(chosen, sink);
    text::EntryOrder order(renderer);
    job.events.replay(order);
    order.flush();
    renderer.finish();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 2000 * calls_in_mix));
}
BENCHMARK(BM_OrderAndRender);

}  // namespace
