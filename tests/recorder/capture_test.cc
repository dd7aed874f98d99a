// What the capture plan copies, tried on memory of the test's own making.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>

#include "format/abi/abi.h"
#include "recorder/capture.h"

namespace sysreel {
namespace {

// A few mapped ranges; everything else faults.
class FakeMemory final : public TraceeMemory {
 public:
  using TraceeMemory::read;
  void read(std::span<ReadRequest> requests) const override {
    ++batches;
    for (ReadRequest& request : requests) {
      request.got = 0;
      for (const auto& [start, bytes] : ranges_) {
        if (request.address < start || request.address >= start + bytes.size()) continue;
        const std::size_t offset = request.address - start;
        request.got = std::min(request.into.size(), bytes.size() - offset);
        std::memcpy(request.into.data(), bytes.data() + offset, request.got);
      }
    }
  }
  void map(std::uint64_t address, std::string bytes) { ranges_[address] = std::move(bytes); }
  template <typename T>
  void map_words(std::uint64_t address, std::initializer_list<T> words) {
    map(address, std::string(reinterpret_cast<const char*>(std::data(words)), words.size() * sizeof(T)));
  }

  mutable int batches = 0;

 private:
  std::map<std::uint64_t, std::string> ranges_;
};

struct Copied {
  std::uint64_t address;
  std::string data;
  std::uint32_t wanted;
  BlockEnd end;
};

// One call under capture.
class Captured {
 public:
  explicit Captured(const RecordOptions& options = {}) : options_(options), plan_(options) {}

  FakeMemory memory;

  void enter(const char* name, std::array<std::uint64_t, 6> args, Abi abi = Abi::x86_64) {
    arena_.clear();
    call_ = Call{};
    call_.abi = abi;
    call_.nr = abi::number_of(abi, name).value();
    call_.args = args;
    run(Phase::entry);
  }
  void leave(std::int64_t result) {
    call_.result = result;
    run(Phase::exit);
  }
  std::vector<Copied> blocks(Phase phase) const {
    std::vector<Copied> copies;
    for (const Block& block : arena_.blocks()) {
      if (block.phase != phase) continue;
      copies.push_back({block.address, {reinterpret_cast<const char*>(block.data.data()), block.data.size()}, block.wanted, block.end});
    }
    return copies;
  }
  // The only block at an address, or an empty one.
  Copied at(Phase phase, std::uint64_t address) const {
    for (const Copied& copy : blocks(phase)) {
      if (copy.address == address) return copy;
    }
    ADD_FAILURE() << "no block at " << address;
    return {};
  }

 private:
  void run(Phase phase) {
    capture(plan_.plan_for(call_.abi, call_.nr, call_.args), call_, phase, memory, {options_.string_limit, false}, arena_);
  }
  RecordOptions options_;
  CapturePlan plan_;
  Call call_;
  BlockArena arena_;
};

RecordOptions with_limit(std::uint32_t limit) {
  RecordOptions options;
  options.string_limit = limit;
  return options;
}

TEST(Capture, CopiesAPathWithItsNulWhateverTheStringLimit) {
  Captured call(with_limit(4));
  const std::string path(1000, 'p');
  call.memory.map(0x1000, path + '\0' + "behind");
  call.enter("openat", {0xffffff9c, 0x1000, 0, 0});
  const Copied block = call.at(Phase::entry, 0x1000);
  EXPECT_EQ(block.data, path + '\0');
  EXPECT_EQ(block.end, BlockEnd::whole);
}

TEST(Capture, APathThatReachesUnmappedMemoryHasWhatIsBefore) {
  Captured call;
  call.memory.map(0x1000, "/etc");
  call.enter("chdir", {0x1000});
  EXPECT_EQ(call.at(Phase::entry, 0x1000).data, "/etc");
  EXPECT_EQ(call.at(Phase::entry, 0x1000).end, BlockEnd::fault);
}

TEST(Capture, ABadPointerIsABlockWithoutBytes) {
  Captured call;
  call.enter("chdir", {0xdead0000});
  EXPECT_EQ(call.at(Phase::entry, 0xdead0000).data, "");
  EXPECT_EQ(call.at(Phase::entry, 0xdead0000).end, BlockEnd::fault);
}

TEST(Capture, ANullPointerIsNoBlock) {
  Captured call;
  call.enter("chdir", {0});
  EXPECT_TRUE(call.blocks(Phase::entry).empty());
}

TEST(Capture, CutsUserDataAtTheStringLimitAndSaysSo) {
  Captured call(with_limit(8));
  call.memory.map(0x1000, std::string(100, 'x'));
  call.enter("write", {1, 0x1000, 100});
  const Copied block = call.at(Phase::entry, 0x1000);
  EXPECT_GE(block.data.size(), 8u);
  EXPECT_LE(block.data.size(), 9u);
  EXPECT_EQ(block.wanted, 100u);
  EXPECT_EQ(block.end, BlockEnd::limit);
}

TEST(Capture, CopiesWhatReadFilledAndNothingIfItFailed) {
  Captured call;
  call.memory.map(0x1000, "hello, world");
  call.enter("read", {0, 0x1000, 4096});
  EXPECT_TRUE(call.blocks(Phase::entry).empty());
  call.leave(5);
  EXPECT_EQ(call.at(Phase::exit, 0x1000).data, "hello");
  call.enter("read", {0, 0x1000, 4096});
  call.leave(-9);
  EXPECT_TRUE(call.blocks(Phase::exit).empty());
}

TEST(Capture, FollowsTheBuffersOfWritev) {
  Captured call;
  call.memory.map_words<std::uint64_t>(0x1000, {0x2000, 3, 0x3000, 5});
  call.memory.map(0x2000, "abcdef");
  call.memory.map(0x3000, "ghijkl");
  call.memory.batches = 0;
  call.enter("writev", {1, 0x1000, 2});
  EXPECT_EQ(call.at(Phase::entry, 0x1000).data.size(), 32u);
  EXPECT_EQ(call.at(Phase::entry, 0x2000).data, "abc");
  EXPECT_EQ(call.at(Phase::entry, 0x3000).data, "ghijk");
  EXPECT_EQ(call.memory.batches, 2) << "one read a level of pointers";
}

TEST(Capture, TheBuffersOfReadvShareTheResult) {
  Captured call;
  call.memory.map_words<std::uint64_t>(0x1000, {0x2000, 4, 0x3000, 4, 0x4000, 4});
  call.memory.map(0x2000, "aaaa");
  call.memory.map(0x3000, "bbbb");
  call.memory.map(0x4000, "cccc");
  call.enter("readv", {0, 0x1000, 3});
  call.leave(6);
  EXPECT_EQ(call.at(Phase::exit, 0x2000).data, "aaaa");
  EXPECT_EQ(call.at(Phase::exit, 0x3000).data, "bb");
  for (const Copied& copy : call.blocks(Phase::exit)) EXPECT_NE(copy.address, 0x4000u);
}

TEST(Capture, FollowsAListAsFarAsItIsShownByDefaultAndOneLinkMore) {
  Captured call;
  for (std::uint64_t at = 0x1000; at < 0x1000 + 0x100 * 40; at += 0x100) {
    call.memory.map_words<std::uint64_t>(at, {at + 0x100, 0, 0, 0, 0});
  }
  constexpr std::uint64_t register_query = 35;
  call.enter("io_uring_register", {3, register_query, 0x1000, 0});
  EXPECT_EQ(call.blocks(Phase::entry).size(), 33u);
}

TEST(Capture, ArmsOfAUnionAreCopiedEachIfTheyCountDifferently) {
  Captured call;
  constexpr std::uint32_t kprobe_multi = 42;
  call.memory.map_words<std::uint32_t>(0x1000, {3, 4, kprobe_multi, 0, 0, 2, 0, 0, 0x2000, 0, 0, 0, 0, 0, 0, 0});
  call.memory.map_words<std::uint64_t>(0x2000, {1, 2, 3});
  constexpr std::uint64_t link_create = 28;
  call.enter("bpf", {link_create, 0x1000, 64});
  EXPECT_EQ(call.at(Phase::entry, 0x2000).data.size(), 16u);
}

TEST(Capture, KeepsOneElementMoreThanTheLimitOfAnArray) {
  Captured call(with_limit(2));
  std::string vector;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const std::uint64_t element[] = {0, i};
    vector.append(reinterpret_cast<const char*>(element), sizeof element);
  }
  call.memory.map(0x1000, vector);
  call.enter("writev", {1, 0x1000, 10});
  const Copied block = call.at(Phase::entry, 0x1000);
  EXPECT_EQ(block.data.size(), 3 * 16u);
  EXPECT_EQ(block.wanted, 10 * 16u);
  EXPECT_EQ(block.end, BlockEnd::limit);
}

TEST(Capture, CopiesArgvWithItsStringsAndOfTheEnvironmentThePointers) {
  Captured call;
  call.memory.map(0x1000, std::string("/bin/ls\0", 8));
  call.memory.map_words<std::uint64_t>(0x2000, {0x1000, 0x4000, 0, 0x9999});
  call.memory.map(0x4000, std::string("-l\0", 3));
  call.memory.map_words<std::uint64_t>(0x3000, {0x5000, 0});
  call.memory.map(0x5000, std::string("HOME=/\0", 7));
  call.enter("execve", {0x1000, 0x2000, 0x3000});
  EXPECT_EQ(call.at(Phase::entry, 0x2000).data.size(), 24u) << "up to and with the null pointer";
  EXPECT_EQ(call.at(Phase::entry, 0x4000).data, std::string("-l\0", 3));
  EXPECT_EQ(call.at(Phase::entry, 0x3000).data.size(), 16u);
  for (const Copied& copy : call.blocks(Phase::entry)) EXPECT_NE(copy.address, 0x5000u);
}

TEST(Capture, VerboseRecordingKeepsTheEnvironment) {
  RecordOptions options;
  options.verbose = true;
  Captured call(options);
  call.memory.map_words<std::uint64_t>(0x3000, {0x5000, 0});
  call.memory.map(0x5000, std::string("HOME=/\0", 7));
  call.enter("execve", {0, 0, 0x3000});
  EXPECT_EQ(call.at(Phase::entry, 0x5000).data, std::string("HOME=/\0", 7));
}

TEST(Capture, ALongArgumentVectorIsReadOnToItsEnd) {
  Captured call(with_limit(4));
  std::string pointers;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t pointer = i < 999 ? 0x777000 : 0;
    pointers.append(reinterpret_cast<const char*>(&pointer), 8);
  }
  call.memory.map(0x2000, pointers);
  call.enter("execve", {0, 0x2000, 0});
  EXPECT_EQ(call.at(Phase::entry, 0x2000).data.size(), 8000u);
}

TEST(Capture, AValueResultLengthBoundsTheAddressAtExit) {
  Captured call;
  call.memory.map_words<std::uint32_t>(0x2000, {16});
  call.memory.map(0x1000, std::string(128, 'a'));
  call.enter("accept", {3, 0x1000, 0x2000});
  call.memory.map_words<std::uint32_t>(0x2000, {110});  // the kernel would have written more than there was room for
  call.leave(4);
  EXPECT_EQ(call.at(Phase::exit, 0x1000).data.size(), 16u);
}

TEST(Capture, ReadsPointersOfFourBytesUnderI386) {
  Captured call;
  call.memory.map_words<std::uint32_t>(0x1000, {0x2000, 3});
  call.memory.map(0x2000, "abcdef");
  call.enter("writev", {1, 0x1000, 1}, Abi::i386);
  EXPECT_EQ(call.at(Phase::entry, 0x1000).data.size(), 8u);
  EXPECT_EQ(call.at(Phase::entry, 0x2000).data, "abc");
}

TEST(Capture, AHugeCountIsBoundedByTheCapacity) {
  Captured call(with_limit(0xffffff));
  call.enter("write", {1, 0x1000, ~0ull});
  EXPECT_EQ(call.at(Phase::entry, 0x1000).data.size(), 0u);
  EXPECT_EQ(call.at(Phase::entry, 0x1000).wanted, 0xffffffffu);
}

TEST(CapturePlan, KeepsWhatChangesTheTablesHiddenOutsideAFilter) {
  RecordOptions options;
  options.wanted = abi::parse_syscall_set("write").value();
  const auto keep = [&](const char* name) { return CapturePlan(options).keep(Abi::x86_64, abi::number_of(Abi::x86_64, name).value()); };
  EXPECT_EQ(keep("write"), Keep::yes);
  EXPECT_EQ(keep("openat"), Keep::hidden);
  EXPECT_EQ(keep("close"), Keep::hidden);
  EXPECT_EQ(keep("read"), Keep::no);
  options.strict_filter = true;
  EXPECT_EQ(keep("openat"), Keep::no);
}

// Every row must be usable: no plan may refer to something that is not there.
TEST(CapturePlan, EveryCallOfEveryAbiHasAPlanAndSurvivesWildArguments) {
  FakeMemory memory;
  memory.map(0x1000, std::string(1 << 16, '\x10'));
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::aarch64}) {
    CapturePlan plan(RecordOptions{});
    BlockArena arena;
    for (unsigned nr = 0; nr < abi::table_size(abi); ++nr) {
      for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{0x1000}, ~std::uint64_t{0}, std::uint64_t{0x10ff8}}) {
        Call call;
        call.abi = abi;
        call.nr = SyscallNr{static_cast<std::int32_t>(nr)};
        call.args.fill(value);
        call.result = static_cast<std::int64_t>(value);
        arena.clear();
        const CallPlan& made = plan.plan_for(abi, call.nr, call.args);
        capture(made, call, Phase::entry, memory, {32, false}, arena);
        capture(made, call, Phase::exit, memory, {32, true}, arena);
        for (const Block& block : arena.blocks()) EXPECT_LE(block.data.size(), data_capacity);
      }
    }
  }
}

}  // namespace
}  // namespace sysreel
