// How fast events become a reel and come back, and how small it is: bytes an event stand in the counters.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "format/owned_event.h"
#include "format/reel_reader.h"
#include "format/reel_writer.h"

namespace sysreel {
namespace {

constexpr std::size_t event_count = 1 << 19;

// Times as a traced program shows them: a mode with a tail, in nanoseconds.
class Clock {
 public:
  std::int64_t step(double mode, double spread) {
    const double tail = std::exponential_distribution<>(1)(random_) * spread;
    const double rare = random_() % 200 == 0 ? mode * static_cast<double>(random_() % 40) : 0;
    return static_cast<std::int64_t>(mode + tail + rare);
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  std::mt19937_64 random_{1};
};

Call call_of(Tid tid, int nr, std::int64_t start, std::int64_t duration, std::array<std::uint64_t, 6> args, std::int64_t result) {
  Call call;
  call.pid = Pid{raw(tid)};
  call.tid = tid;
  call.nr = SyscallNr{nr};
  call.start = {start};
  call.duration = {duration};
  call.args = args;
  call.result = result;
  call.flags = call_late_input;
  return call;
}

// dd if=/dev/zero of=/dev/null bs=1: read and write in turn, one byte of payload each.
void add_storm(OwnedEvents& events) {
  Clock clock;
  std::int64_t now = 1'000'000'000;
  static const std::byte zero{0};
  for (std::size_t i = 0; i < event_count; ++i) {
    const bool reads = i % 2 == 0;
    now += clock.step(140, 9);
    const std::int64_t duration = clock.step(reads ? 190 : 170, 12);
    Call call = call_of(Tid{4711}, reads ? 0 : 1, now, duration, {reads ? 0u : 1u, 0x55d0c3a81000, 1, 0x22, 0, 0}, 1);
    const Block block{.address = call.args[1], .data = {&zero, 1}, .wanted = 1, .phase = Phase::exit};
    call.blocks = {&block, 1};
    events.on(call);
    now += duration;
  }
}

// What a build does: processes that open, stat, map, read and close many files, a good part of which is not there.
void add_mixed(OwnedEvents& events) {
  Clock clock;
  std::int64_t now = 1'000'000'000;
  std::vector<std::string> paths;
  for (int i = 0; i < 900; ++i) {
    paths.push_back("/usr/include/" + std::string(1 + i % 3, 'x') + "/bits/header_" + std::to_string(i * 7919 % 100000) + ".h");
  }
  std::array<std::byte, 144> stat{};
  std::array<std::byte, 32> text{};
  for (std::size_t i = 0; i < event_count;) {
    const Tid tid{static_cast<std::int32_t>(5000 + i / 3000)};
    const std::uint64_t heap = 0x55d000000000 + clock.below(1 << 12) * 4096;
    const auto emit = [&](int nr, std::array<std::uint64_t, 6> args, std::int64_t result, std::span<const Block> blocks, double mode) {
      now += clock.step(2500, 1500);
      const std::int64_t duration = clock.step(mode, mode / 4);
      Call call = call_of(tid, nr, now, duration, args, result);
      call.blocks = blocks;
      events.on(call);
      now += duration;
      ++i;
    };
    std::string path = paths[clock.below(paths.size())];
    path.push_back('\0');
    const std::uint64_t name = heap + clock.below(64) * 16;
    const Block path_block{.address = name, .data = std::as_bytes(std::span(path)), .wanted = 4096};
    const bool there = clock.below(10) < 4;
    emit(257, {0xffffff9c, name, 0x100, 0, 0, 0}, there ? 4 : -2, {&path_block, 1}, 3000);
    if (!there) continue;
    const std::uint64_t size = clock.below(50000);
    std::memcpy(stat.data() + 48, &size, sizeof size);
    const std::uint64_t inode = clock.below(1 << 20);
    std::memcpy(stat.data() + 8, &inode, sizeof inode);
    const Block stat_block{.address = 0x7ffd1230, .data = stat, .wanted = 144, .phase = Phase::exit};
    emit(5, {4, 0x7ffd1230, 0, 0, 0, 0}, 0, {&stat_block, 1}, 600);
    for (std::byte& byte : text) byte = static_cast<std::byte>(' ' + clock.below(64));
    const Block read_block{.address = heap, .data = text, .wanted = 32, .phase = Phase::exit, .end = BlockEnd::limit};
    emit(0, {4, heap, size, 0, 0, 0}, static_cast<std::int64_t>(size), {&read_block, 1}, 5000);
    if (clock.below(4) == 0) emit(9, {0, size, 1, 2, 4, 0}, static_cast<std::int64_t>(0x7f2200000000 + clock.below(1 << 16) * 4096), {}, 2000);
    emit(3, {4, 0, 0, 0, 0, 0}, 0, {}, 300);
  }
}

const OwnedEvents& sample(std::int64_t which) {
  static OwnedEvents storm, mixed;
  if (storm.empty()) {
    add_storm(storm);
    add_mixed(mixed);
  }
  return which == 0 ? storm : mixed;
}

UniqueFd memory_file() { return UniqueFd(::memfd_create("reel", MFD_CLOEXEC)); }

std::uint64_t write_reel(const OwnedEvents& events, UniqueFd out, int level) {
  Result<ReelWriter> writer = ReelWriter::open(std::move(out), {}, {.zstd_level = level});
  if (!writer) std::abort();
  for (const AnyEvent& event : events.events()) {
    writer->on(std::get<Call>(event));
    if (writer->due({})) (void)writer->cut({});
  }
  if (!writer->finish()) std::abort();
  return writer->totals().bytes;
}

void count(benchmark::State& state, const OwnedEvents& events) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events.size()));
}

// Arguments: 0 storm or 1 mixed; zstd level.
void encode(benchmark::State& state) {
  const OwnedEvents& events = sample(state.range(0));
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes = write_reel(events, memory_file(), static_cast<int>(state.range(1)));
  count(state, events);
  state.counters["bytes_per_event"] = static_cast<double>(bytes) / static_cast<double>(events.size());
}
BENCHMARK(encode)->ArgNames({"mixed", "zstd"})->ArgsProduct({{0, 1}, {1, 3}})->Unit(benchmark::kMillisecond);

ReelReader reel_of(const OwnedEvents& events) {
  UniqueFd file = memory_file();
  write_reel(events, UniqueFd(::dup(file.get())), 1);
  ::lseek(file.get(), 0, SEEK_SET);
  Result<ReelReader> reader = ReelReader::open(std::move(file), "bench");
  if (!reader) std::abort();
  return std::move(*reader);
}

// Every event as a struct with all its fields and blocks.
void replay(benchmark::State& state) {
  const OwnedEvents& events = sample(state.range(0));
  ReelReader reader = reel_of(events);
  EventSink sink;
  for (auto _ : state) {
    if (!reader.replay(sink)) std::abort();
  }
  count(state, events);
}
BENCHMARK(replay)->ArgName("mixed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// What statistics read: call, result, duration, flags. Arguments: 0 storm or 1 mixed; threads.
void columns(benchmark::State& state) {
  const OwnedEvents& events = sample(state.range(0));
  ReelReader reader = reel_of(events);
  const auto visit = [](ChunkView& chunk, unsigned) {
    return chunk.decode(Columns::key | Columns::result | Columns::duration | Columns::flags);
  };
  for (auto _ : state) {
    if (!reader.scan(static_cast<unsigned>(state.range(1)), {}, visit)) std::abort();
  }
  count(state, events);
}
BENCHMARK(columns)->ArgNames({"mixed", "threads"})->ArgsProduct({{0, 1}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sysreel
