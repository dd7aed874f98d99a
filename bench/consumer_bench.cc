// What the recorder does with a record, on the way from a ring to the reel: delivery, redaction, encoding, compression.
#include <benchmark/benchmark.h>
#include <fcntl.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "format/reel_writer.h"
#include "recorder/ebpf/record.h"
#include "recorder/ebpf/record_delivery.h"
#include "recorder/redact/redactor.h"

namespace sysreel {
namespace {

constexpr std::uint64_t call_count = 1 << 18;

// Records as the programs write them, one behind the other.
class Ring {
 public:
  void add(std::int32_t nr, std::uint64_t fd, std::uint64_t buffer, std::uint64_t size, std::string_view all) {
    const std::string_view data = all.substr(0, 32);
    sr_record record{};
    record.kind = SR_RECORD_CALL;
    record.pid = record.tid = 4711;
    record.start = time_ += 60 + (time_ >> 3) % 23;
    record.end = time_ += 200 + (time_ >> 2) % 37;
    record.on_cpu = static_cast<std::int64_t>(record.end - record.start);
    record.result = static_cast<std::int64_t>(all.size());
    record.ip = 0x7ffff7e8a1b2 + static_cast<std::uint64_t>(nr) * 64;
    record.args[0] = fd;
    record.args[1] = buffer;
    record.args[2] = size;
    record.nr = nr;
    record.block_count = data.empty() ? 0 : 1;
    const std::size_t padded = (data.size() + 7) / 8 * 8;
    record.size = static_cast<std::uint32_t>(sizeof record + (data.empty() ? 0 : sizeof(sr_block) + padded));
    put(&record, sizeof record);
    ++count_;
    if (data.empty()) return;
    sr_block block{};
    block.address = buffer;
    block.wanted = static_cast<std::uint32_t>(all.size());
    block.length = static_cast<std::uint16_t>(data.size());
    block.phase = SR_PHASE_EXIT;
    block.end = data.size() < all.size() ? SR_END_LIMIT : SR_END_WHOLE;
    put(&block, sizeof block);
    put(data.data(), data.size());
    bytes_.resize(bytes_.size() + padded - data.size());
  }

  void deliver(RecordTaker& taker) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      const auto& record = *reinterpret_cast<const sr_record*>(bytes_.data() + at);
      for (const std::size_t line : {0, 64, 128}) __builtin_prefetch(bytes_.data() + at + 1024 + line);  // as RingMerge does
      taker.take(record);
      at += record.size;
    }
  }

  std::uint64_t count() const { return count_; }

 private:
  void put(const void* from, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }

  std::vector<std::byte> bytes_;
  std::uint64_t time_ = 1'000'000'000'000;
  std::uint64_t count_ = 0;
};

// dd if=/dev/zero of=/dev/null bs=1.
void storm(Ring& ring) {
  for (std::uint64_t i = 0; i < call_count; ++i) ring.add(static_cast<std::int32_t>(i % 2), i % 2, 0x55d0c3a41000, 1, std::string_view("\0", 1));
}

// redis-server under redis-benchmark -t set: wait, read commands, answer them.
void redis(Ring& ring) {
  std::uint64_t random = 1;
  for (std::uint64_t i = 0; i < call_count / 21; ++i) {
    ring.add(232, 5, 0x7ffff6c12000, 10128, {});
    for (std::uint64_t client = 0; client < 10; ++client) {
      random = random * 6364136223846793005 + 1442695040888963407;
      const std::string key = std::to_string(random % 1000000);
      ring.add(0, 8 + client, 0x7ffff6c45605, 16384,
               "*3\r\n$3\r\nSET\r\n$16\r\nkey:" + std::string(12 - key.size(), '0') + key + "\r\n$3\r\nxxx\r\n");
      ring.add(1, 8 + client, 0x7ffff6a11005, 5, "+OK\r\n");
    }
  }
}

void consume(benchmark::State& state) {
  Ring ring;
  (state.range(0) == 0 ? storm : redis)(ring);
  const RedactionRules rules;
  RecordOptions options;
  for (auto _ : state) {
    Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)), {});
    if (!writer) std::abort();
    Redactor redactor(rules, *writer);
    RecordDelivery delivery(options);
    delivery.set_sink(&redactor);
    ring.deliver(delivery);
    if (!writer->finish()) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * ring.count()));
}
BENCHMARK(consume)->ArgName("redis")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sysreel
