#include "bench/samples.h"

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace sysreel::bench {
namespace {

// Times as a traced program shows them: a mode with a tail, in nanoseconds. The same numbers every time.
class Clock {
 public:
  std::int64_t step(double mode, double spread) {
    const double tail = std::exponential_distribution<>(1)(random_) * spread;
    const double rare = random_() % 200 == 0 ? mode * static_cast<double>(random_() % 40) : 0;
    return static_cast<std::int64_t>(mode + tail + rare);
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::int64_t now = 1'000'000'000;

 private:
  std::mt19937_64 random_{1};
};

using Args = std::array<std::uint64_t, 6>;

// Hands on one call that begins after a while, and lets the time pass that it takes.
void emit(EventSink& sink, Clock& clock, Tid tid, int nr, const Args& args, std::int64_t result, std::span<const Block> blocks,
          std::int64_t gap, std::int64_t duration) {
  Call call;
  call.pid = Pid{raw(tid)};
  call.tid = tid;
  call.nr = SyscallNr{nr};
  call.start = {clock.now += gap};
  call.duration = call.on_cpu = {duration};
  call.args = args;
  call.result = result;
  call.flags = call_late_input;
  call.blocks = blocks;
  sink.on(call);
  clock.now += duration;
}

// Numbers of x86_64.
constexpr int nr_read = 0, nr_write = 1, nr_close = 3, nr_fstat = 5, nr_mmap = 9, nr_openat = 257, nr_readlink = 89;

std::vector<std::string> header_names() {
  std::vector<std::string> names;
  for (int i = 0; i < 900; ++i) {
    names.push_back("/usr/include/" + std::string(1 + static_cast<std::size_t>(i) % 3, 'x') + "/bits/header_" +
                    std::to_string(i * 7919 % 100000) + ".h");
    names.back().push_back('\0');
  }
  return names;
}

}  // namespace

void add_storm(EventSink& sink, std::uint64_t calls) {
  Clock clock;
  static const std::byte zero{0};
  for (std::uint64_t i = 0; i < calls; ++i) {
    const bool reads = i % 2 == 0;
    const Args args = {reads ? 0u : 1u, 0x55d0c3a81000, 1, 0, 0, 0};
    const Block block{.address = args[1], .data = {&zero, 1}, .wanted = 1, .phase = reads ? Phase::exit : Phase::entry};
    emit(sink, clock, Tid{4711}, reads ? nr_read : nr_write, args, 1, {&block, 1}, clock.step(140, 9), clock.step(reads ? 190 : 170, 12));
  }
}

void add_compile_job(EventSink& sink, std::uint64_t calls) {
  constexpr std::uint64_t calls_of_a_process = 3000;
  constexpr std::uint64_t at_fdcwd = 0xffffff9c;
  const std::vector<std::string> names = header_names();
  Clock clock;
  std::array<std::byte, 144> stat{};
  std::array<std::byte, 32> text{};
  std::int32_t process = 5000;
  for (std::uint64_t i = 0, end = 0; i < calls;) {
    if (i >= end) {
      if (end != 0) sink.on(TaskExit{.pid = Pid{process}, .tid = Tid{process}, .time = {clock.now}, .whole_process = true});
      end = i + calls_of_a_process;
      process = 5000 + (process + 1) % 30000;
      sink.on(TaskNew{.pid = Pid{process}, .tid = Tid{process}, .time = {clock.now}, .comm = "cc1plus"});
    }
    const Tid tid{process};
    const auto call = [&](int nr, const Args& args, std::int64_t result, std::span<const Block> blocks, double mode) {
      emit(sink, clock, tid, nr, args, result, blocks, clock.step(2500, 1500), clock.step(mode, mode / 4));
      ++i;
    };
    const std::uint64_t heap = 0x55d000000000 + clock.below(1 << 12) * 4096;
    const std::string& path = names[clock.below(names.size())];
    const std::uint64_t name = heap + clock.below(64) * 16;
    const Block path_block{.address = name, .data = std::as_bytes(std::span(path)), .wanted = 4096};
    const bool there = clock.below(10) < 4;
    call(nr_openat, {at_fdcwd, name, 0x100, 0, 0, 0}, there ? 4 : -2, {&path_block, 1}, 3000);
    if (!there) {
      call(nr_readlink, {name, 0x7ffd2000, 1023, 0, 0, 0}, -22, {&path_block, 1}, 900);
      continue;
    }
    const std::uint64_t size = clock.below(50000), inode = clock.below(1 << 20);
    std::memcpy(stat.data() + 8, &inode, sizeof inode);
    std::memcpy(stat.data() + 48, &size, sizeof size);
    const Block stat_block{.address = 0x7ffd1230, .data = stat, .wanted = 144, .phase = Phase::exit};
    call(nr_fstat, {4, 0x7ffd1230, 0, 0, 0, 0}, 0, {&stat_block, 1}, 600);
    for (std::byte& byte : text) byte = static_cast<std::byte>(' ' + clock.below(64));
    const Block read_block{.address = heap, .data = text, .wanted = static_cast<std::uint32_t>(size), .phase = Phase::exit, .end = BlockEnd::limit};
    call(nr_read, {4, heap, size, 0, 0, 0}, static_cast<std::int64_t>(size), {&read_block, 1}, 5000);
    if (clock.below(4) == 0) {
      call(nr_mmap, {0, size, 1, 2, 4, 0}, static_cast<std::int64_t>(0x7f2200000000 + clock.below(1 << 16) * 4096), {}, 2000);
    }
    call(nr_close, {4, 0, 0, 0, 0, 0}, 0, {}, 300);
  }
}

}  // namespace sysreel::bench
