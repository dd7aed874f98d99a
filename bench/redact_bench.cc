// What redaction costs an event: on payloads without a keyword, which are nearly all, and on those with one.
#include <benchmark/benchmark.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "format/owned_event.h"
#include "recorder/redact/keyword_search.h"
#include "recorder/redact/redactor.h"

namespace sysreel {
namespace {

ByteSpan bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// What redis-server does for redis-benchmark's clients: wait, read a command, answer it; -s is 32.
void add_redis(OwnedEvents& events) {
  std::mt19937 random(1);
  std::array<std::byte, 12> ready{};
  for (int i = 0; i < 1 << 15; ++i) {
    const auto emit = [&](int nr, std::array<std::uint64_t, 6> args, ByteSpan data, BlockEnd end) {
      Call call;
      call.pid = Pid{100};
      call.tid = Tid{100};
      call.nr = SyscallNr{nr};
      call.args = args;
      const Block block{args[1], data, static_cast<std::uint32_t>(data.size()), Phase::exit, end};
      call.blocks = {&block, 1};
      events.on(call);
    };
    const std::uint64_t fd = 8 + random() % 20;
    emit(232, {5, 0x7f0000001000, 10128, 100, 0, 0}, ready, BlockEnd::whole);
    const std::string key = std::to_string(random() % 1000000);
    const std::string command = "*3\r\n$3\r\nSET\r\n$16\r\nkey:" + std::string(12 - key.size(), '0') + key + "\r\n$3\r\nxxx\r\n";
    emit(0, {fd, 0x7f0000002000, 16384, 0, 0, 0}, bytes_of(command).first(33), BlockEnd::limit);
    emit(1, {fd, 0x7f0000003000, 5, 0, 0, 0}, bytes_of("+OK\r\n"), BlockEnd::whole);
  }
}

void redis(benchmark::State& state) {
  static OwnedEvents events;
  if (events.empty()) add_redis(events);
  const RedactionRules rules;
  EventSink nothing;
  Redactor redactor(rules, nothing);
  for (auto _ : state) {
    for (const AnyEvent& event : events.events()) redactor.on(std::get<Call>(event));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events.size()));
}
BENCHMARK(redis)->Unit(benchmark::kMillisecond);

// One payload without a keyword, of so many bytes.
void prefilter(benchmark::State& state) {
  std::mt19937 random(2);
  std::vector<std::string> payloads(1024, std::string(static_cast<std::size_t>(state.range(0)), ' '));
  for (std::string& payload : payloads) {
    for (char& c : payload) c = static_cast<char>(' ' + random() % 16);
  }
  const RedactionRules rules;
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(rules.suspects(payloads[next++ % payloads.size()]));
}
BENCHMARK(prefilter)->Arg(8)->Arg(32)->Arg(128)->Arg(1024);

// A payload that holds a keyword, so that the expressions run.
void expressions(benchmark::State& state) {
  const RedactionRules rules;
  const std::string payload = "GET /v1/items?page=2 HTTP/1.1\r\nAuthorization: Bearer 0123456789abcdef\r\nHost: example\r\n\r\n";
  std::vector<SecretSpan> spans;
  for (auto _ : state) {
    spans.clear();
    rules.find(payload, spans);
    benchmark::DoNotOptimize(spans.data());
  }
}
BENCHMARK(expressions);

}  // namespace
}  // namespace sysreel
