// Columns read directly say what whole calls say, and the index passes over what cannot match.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <mutex>

#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OnlyCalls : public EventSink {
 public:
  void on(const Call& call) override { events.on(call); }
  OwnedEvents events;
};

TEST(Columns, SayWhatWholeCallsSay) {
  OwnedEvents events;
  add_sample_events(events, 31, 4000);
  OnlyCalls calls;
  events.replay(calls);
  Result<ReelReader> reader = ReelReader::open(file_with(reel_of({&events})), "test.reel");
  ASSERT_TRUE(reader.ok());
  std::size_t at = 0;
  const auto check = [&](ChunkView& chunk, unsigned) -> Result<void> {
    // One at a time and in an unfavourable order: each brings along what it rests on.
    for (const Columns column : {Columns::args, Columns::start, Columns::result, Columns::on_cpu, Columns::flags}) {
      if (Result<void> decoded = chunk.decode(column); !decoded) return decoded;
    }
    for (std::size_t i = 0; i < chunk.calls(); ++i, ++at) {
      const Call& call = std::get<Call>(calls.events.events()[at]);
      EXPECT_EQ(chunk.tasks()[chunk.task()[i]], (TaskKey{call.pid, call.tid}));
      EXPECT_EQ(chunk.keys()[chunk.key()[i]], (CallKey{call.abi, call.nr}));
      EXPECT_EQ(chunk.start()[i], call.start.value);
      EXPECT_EQ(chunk.duration()[i], call.duration.value);
      EXPECT_EQ(chunk.on_cpu()[i], call.on_cpu.value);
      EXPECT_EQ(chunk.flags()[i], call.flags);
      EXPECT_EQ(chunk.result()[i], call.result);
      EXPECT_EQ(chunk.args()[i], call.args);
    }
    return {};
  };
  ASSERT_TRUE(reader->scan(1, {}, check).ok());
  EXPECT_EQ(at, calls.events.size());
  EXPECT_THAT(reader->problems(), IsEmpty());
}

TEST(Columns, AreDecodedOnlyWhenAskedFor) {
  OwnedEvents events;
  add_sample_events(events, 31, 100);
  Result<ReelReader> reader = ReelReader::open(file_with(reel_of({&events})), "test.reel");
  const auto check = [&](ChunkView& chunk, unsigned) -> Result<void> {
    if (Result<void> decoded = chunk.decode(Columns::duration); !decoded) return decoded;
    EXPECT_EQ(chunk.duration().size(), chunk.calls());
    EXPECT_THAT(chunk.result(), IsEmpty());
    EXPECT_THAT(chunk.args(), IsEmpty());
    return {};
  };
  EXPECT_TRUE(reader->scan(1, {}, check).ok());
}

TEST(Scan, ThreadsTogetherSeeEveryChunkOnce) {
  std::vector<OwnedEvents> parts(20);
  std::vector<const OwnedEvents*> chunks;
  for (unsigned i = 0; i < parts.size(); ++i) {
    add_sample_events(parts[i], i, 50);
    chunks.push_back(&parts[i]);
  }
  Result<ReelReader> reader = ReelReader::open(file_with(reel_of(chunks)), "test.reel");
  std::mutex mutex;
  std::map<std::uint64_t, int> seen;
  std::uint64_t events = 0;
  const auto count = [&](ChunkView& chunk, unsigned worker) -> Result<void> {
    EXPECT_LT(worker, 3u);
    const std::lock_guard lock(mutex);
    ++seen[chunk.header().sequence];
    events += chunk.events();
    return {};
  };
  ASSERT_TRUE(reader->scan(3, {}, count).ok());
  EXPECT_EQ(seen.size(), 21u);
  EXPECT_EQ(events, 1001u);
  EXPECT_EQ(reader->summary().events, 1001u);
  EXPECT_TRUE(reader->summary().closed);
  for (const auto& [sequence, times] : seen) EXPECT_EQ(times, 1) << sequence;
}

TEST(Scan, AVisitThatFailsMakesItsChunkAProblem) {
  OwnedEvents events;
  add_sample_events(events, 1, 10);
  Result<ReelReader> reader = ReelReader::open(file_with(reel_of({&events, &events})), "test.reel");
  const auto fail = [](ChunkView& chunk, unsigned) -> Result<void> {
    if (chunk.header().sequence == 1) return Error{ErrorKind::damaged, "it smells"};
    return {};
  };
  ASSERT_TRUE(reader->scan(1, {}, fail).ok());
  ASSERT_THAT(reader->problems(), testing::SizeIs(1));
  EXPECT_EQ(reader->problems()[0].chunk, 1u);
  EXPECT_THAT(reader->problems()[0].message, testing::HasSubstr("it smells; 10 events are lost"));
}

// One chunk each for: task 1 reading at 1 s, task 2 failing to open at 2 s, task 1 reading at 3 s with a signal.
class Filter : public testing::Test {
 protected:
  void SetUp() override {
    const UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
    Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::dup(file.get())), {});
    writer->on(call(1, 0, 5, 1));
    ASSERT_TRUE(writer->cut({}).ok());
    writer->on(call(2, 257, -2, 2));
    writer->mark_checkpoint();
    ASSERT_TRUE(writer->cut({}).ok());
    writer->on(call(1, 0, 5, 3));
    writer->on(Signal{.pid = Pid{1}, .tid = Tid{1}, .time = {3'000'000'100}, .signo = 11});
    ASSERT_TRUE(writer->cut({}).ok());
    ASSERT_TRUE(writer->finish().ok());
    reel_ = contents_of(file.get());
  }

  static Call call(int tid, int nr, std::int64_t result, std::int64_t second) {
    Call call;
    call.pid = Pid{tid};
    call.tid = Tid{tid};
    call.nr = SyscallNr{nr};
    call.result = result;
    call.start = {second * 1'000'000'000};
    return call;
  }

  // Sequence numbers of the chunks that a filter lets through.
  std::vector<std::uint64_t> chunks(const ChunkFilter& filter) {
    Result<ReelReader> reader = ReelReader::open(file_with(reel_), "test.reel");
    std::vector<std::uint64_t> seen;
    EXPECT_TRUE(reader
                    ->scan(1, filter,
                           [&](ChunkView& chunk, unsigned) -> Result<void> {
                             seen.push_back(chunk.header().sequence);
                             return {};
                           })
                    .ok());
    EXPECT_EQ(reader->summary().skipped_chunks + seen.size(), 3u);
    EXPECT_THAT(reader->problems(), IsEmpty());
    EXPECT_TRUE(reader->summary().closed);
    return seen;
  }

  Bytes reel_;
};

TEST_F(Filter, PassesOverChunksThatCannotMatch) {
  EXPECT_THAT(chunks({}), ElementsAre(0, 1, 2));
  EXPECT_THAT(chunks({.tids = {Tid{1}}, .calls_only = true}), ElementsAre(0, 2));
  EXPECT_THAT(chunks({.tids = {Tid{3}}, .calls_only = true}), IsEmpty());
  EXPECT_THAT(chunks({.calls = {{Abi::x86_64, SyscallNr{257}}}, .calls_only = true}), ElementsAre(1));
  EXPECT_THAT(chunks({.calls = {{Abi::i386, SyscallNr{257}}}, .calls_only = true}), IsEmpty());
  EXPECT_THAT(chunks({.failed_only = true, .calls_only = true}), ElementsAre(1));
  EXPECT_THAT(chunks({.errors = {2, 5}, .calls_only = true}), ElementsAre(1));
  EXPECT_THAT(chunks({.errors = {5}, .calls_only = true}), IsEmpty());
  EXPECT_THAT(chunks({.from = {1'500'000'000}, .to = {2'500'000'000}}), ElementsAre(1));
  EXPECT_THAT(chunks({.from = {2'500'000'000}}), ElementsAre(2));
  EXPECT_THAT(chunks({.to = {500'000'000}}), IsEmpty());
}

TEST(Index, ACallInFlightSinceTheBeginningDoesNotHideWhereAChunkBelongs) {
  const UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::dup(file.get())), {});
  for (std::int64_t second = 1; second <= 3; ++second) {
    writer->on(Call{.tid = Tid{1}, .start = {second * 1'000'000'000}, .duration = {10}});
    writer->on(Call{.tid = Tid{2}, .start = {5}, .duration = {second * 1'000'000'000 + 500}, .flags = call_in_flight});
    ASSERT_TRUE(writer->cut({}).ok());
  }
  ASSERT_TRUE(writer->finish().ok());
  Result<ReelReader> reader = ReelReader::open(file_with(contents_of(file.get())), "test.reel");
  EXPECT_EQ(reader->index()[1].first_end.value, 2'000'000'010);
  std::vector<std::uint64_t> seen;
  const auto note = [&](ChunkView& chunk, unsigned) -> Result<void> {
    seen.push_back(chunk.header().sequence);
    return {};
  };
  ASSERT_TRUE(reader->scan(1, {.from = {1'500'000'000}, .to = {2'500'000'000}}, note).ok());
  EXPECT_THAT(seen, ElementsAre(1));
}

TEST_F(Filter, KeepsChunksWithOtherEventsUnlessOnlyCallsAreWanted) {
  EXPECT_THAT(chunks({.failed_only = true}), ElementsAre(1, 2));
  EXPECT_THAT(chunks({.tids = {Tid{2}}}), ElementsAre(1, 2));
}

TEST_F(Filter, TheIndexKnowsWhatIsInAChunk) {
  const Result<ReelReader> reader = ReelReader::open(file_with(reel_), "test.reel");
  ASSERT_EQ(reader->index().size(), 3u);
  const IndexEntry& second = reader->index()[1];
  EXPECT_THAT(second.tids, ElementsAre(Tid{2}));
  EXPECT_THAT(second.calls, ElementsAre(CallKey{Abi::x86_64, SyscallNr{257}}));
  EXPECT_THAT(second.errors, ElementsAre(2));
  EXPECT_EQ(second.events, 1u);
  EXPECT_EQ(second.first_time.value, 2'000'000'000);
  EXPECT_TRUE(second.checkpoint);
  EXPECT_FALSE(second.others);
  EXPECT_TRUE(reader->index()[2].others);
  EXPECT_FALSE(reader->index()[2].checkpoint);
}

}  // namespace
}  // namespace sysreel::test
