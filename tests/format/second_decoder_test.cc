// A decoder in another language, written from FORMAT.md, on top of zstd and capnp, finds what the reader finds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <set>

#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

// Prints what tests/format/decode_reel.py prints.
class Summary : public EventSink {
 public:
  void on(const Call& call) override {
    ++kinds_[0];
    ++calls_[{static_cast<int>(call.abi), raw(call.nr), call.result < 0 && call.result > -4096 ? -call.result : 0}];
    if (call.on_cpu.value >= 0) add("on_cpu", call.on_cpu.value);
    add("start", call.start.value);
    add("duration", call.duration.value);
    for (unsigned slot = 0; slot < 6; ++slot) sums_["args"] += (slot + 1) * call.args[slot];
    add("result", call.result);
    add("flags", call.flags);
    sums_["ip"] += call.ip;
    sums_["stack"] += byte_sum(std::as_bytes(call.stack));
    for (const Block& block : call.blocks) {
      ++sums_["blocks"];
      sums_["block_address"] += block.address;
      sums_["block_bytes"] += byte_sum(block.data);
      sums_["block_wanted"] += block.wanted;
      sums_["block_phase_and_end"] += static_cast<unsigned>(block.phase) + 16 * static_cast<unsigned>(block.end);
    }
  }
  void on(const Signal&) override { ++kinds_[1]; }
  void on(const JobStop&) override { ++kinds_[2]; }
  void on(const TaskNew&) override { ++kinds_[3]; }
  void on(const Exec&) override { ++kinds_[4]; }
  void on(const TaskExit&) override { ++kinds_[5]; }
  void on(const TaskDetach&) override { ++kinds_[6]; }
  void on(const FdFact& fact) override {
    ++kinds_[7];
    add("fact_time", fact.time.value);
  }
  void on(const Snapshot&) override { ++kinds_[8]; }
  void on(const ClockSample&) override { ++kinds_[9]; }
  void on(const Loss&) override { ++kinds_[10]; }
  void on(const End&) override { ++kinds_[11]; }

  std::set<std::string> lines() const {
    std::set<std::string> lines;
    for (const auto& [key, count] : calls_) {
      lines.insert(fmt::format("call {} {} {} {}", std::get<0>(key), std::get<1>(key), std::get<2>(key), count));
    }
    for (const auto& [kind, count] : kinds_) lines.insert(fmt::format("kind {} {}", kind, count));
    for (const auto& [name, total] : sums_) lines.insert(fmt::format("sum {} {}", name, total));
    return lines;
  }

 private:
  static std::uint64_t byte_sum(ByteSpan bytes) {
    std::uint64_t total = 0;
    for (const std::byte byte : bytes) total += static_cast<std::uint64_t>(byte);
    return total;
  }
  void add(const char* name, std::int64_t value) { sums_[name] += static_cast<std::uint64_t>(value); }

  std::map<std::tuple<int, int, std::int64_t>, std::uint64_t> calls_;
  std::map<int, std::uint64_t> kinds_;
  std::map<std::string, std::uint64_t> sums_;
};

TEST(SecondDecoder, FindsTheSameCallsErrorsAndFields) {
  OwnedEvents first, second;
  add_sample_events(first, 21, 3000);
  add_sample_events(second, 22, 1000);
  for (int number = 0; number < 100; ++number) {  // more keys than groups of keys
    Call call;
    call.nr = SyscallNr{number};
    call.start = {number};
    call.result = number;
    second.on(call);
  }
  for (std::uint64_t number = 0; number < 500; ++number) {  // structures of one length
    Call call;
    call.start = {static_cast<std::int64_t>(number)};
    call.args = {number % 7, 4096 + number % 7};
    call.result = 56;
    std::array<std::uint64_t, 7> structure{1, 2, 3, number * number, 5, 6, number % 3};
    const Block block{.address = 4096 + number % 7, .data = std::as_bytes(std::span(structure)), .wanted = 56, .phase = Phase::exit};
    call.blocks = {&block, 1};
    second.on(call);
  }
  const Bytes reel = reel_of({&first, &second});
  const std::string path = testing::TempDir() + "second_decoder.reel";
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(std::fwrite(reel.data(), 1, reel.size(), file), reel.size());
  std::fclose(file);

  Result<ReelReader> reader = ReelReader::open(path);
  ASSERT_TRUE(reader.ok());
  Summary ours;
  ASSERT_TRUE(reader->replay(ours).ok());

  std::set<std::string> theirs;
  std::FILE* const script = ::popen(
      ("python3 " SOURCE_DIR "/tests/format/decode_reel.py " + path + " " SOURCE_DIR "/format/reel.capnp").c_str(), "r");
  char line[256];
  while (std::fgets(line, sizeof line, script) != nullptr) theirs.insert(std::string(line, std::strcspn(line, "\n")));
  EXPECT_EQ(::pclose(script), 0);
  EXPECT_EQ(theirs, ours.lines());
  std::remove(path.c_str());
}

}  // namespace
}  // namespace sysreel::test
