// How a writer cuts its chunks, and what it does when it cannot write.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "format/recover.h"
#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Nanos second{1'000'000'000};

Call call_at(std::int64_t time) {
  Call call;
  call.pid = Pid{1};
  call.tid = Tid{1};
  call.start = {time};
  call.duration = {10};
  return call;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Writer : public testing::Test {
 protected:
  ReelWriter open(const ChunkPolicy& policy = {}) {
    file_.reset(::memfd_create("reel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    Header header;
    header.started = second;
    Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::dup(file_.get())), header, policy);
    EXPECT_TRUE(writer.ok());
    return std::move(*writer);
  }
  Outcome read() const { return read_reel(contents_of(file_.get())); }

  UniqueFd file_;
};

TEST_F(Writer, IsDueAfterASecondEvenIfNothingHappened) {
  ReelWriter writer = open();
  EXPECT_FALSE(writer.due(second + Nanos{999'999'999}));
  EXPECT_TRUE(writer.due(second + second));
  ASSERT_TRUE(writer.cut(second + second).ok());
  EXPECT_FALSE(writer.due(second + second));
  EXPECT_EQ(writer.totals().chunks, 0u) << "an empty chunk is not written";
}

TEST_F(Writer, IsDueWhenTheChunkHasItsEvents) {
  ReelWriter writer = open({.events = 3});
  writer.on(call_at(1));
  writer.on(call_at(2));
  EXPECT_FALSE(writer.due(second));
  writer.on(call_at(3));
  EXPECT_TRUE(writer.due(second));
}

TEST_F(Writer, CutsByItselfWhenNobodyDoes) {
  ReelWriter writer = open({.events = 512});
  for (int i = 0; i < 3000; ++i) writer.on(call_at(i));
  EXPECT_EQ(writer.totals().chunks, 2u);
  ReelWriter large = open({.bytes = 64 << 10});
  const std::string path(8000, 'x');
  for (int i = 0; i < 100; ++i) {
    Call call = call_at(i);
    std::string content = path;
    std::memcpy(content.data(), &i, sizeof i);
    const Block block{.address = 5, .data = std::as_bytes(std::span(content))};
    call.blocks = {&block, 1};
    large.on(call);
  }
  EXPECT_GE(large.totals().chunks, 5u);
}

TEST_F(Writer, AnEventBeyondTheLimitBecomesALossThatSaysSo) {
  ReelWriter writer = open();
  const std::vector<std::byte> huge((64 << 20) + 1);
  writer.on(Snapshot{.time = {7}, .data = huge});
  writer.on(call_at(8));
  ASSERT_TRUE(writer.close({.time = {9}}).ok());
  const Outcome outcome = read();
  ASSERT_THAT(outcome.events, SizeIs(3));
  EXPECT_EQ(outcome.events[0], "10 from=7 to=7 cause=3 count=1 signalsAndTasks=true");
}

TEST_F(Writer, ManyCallsAtOnceAreTheSameCalls) {
  const std::vector<Call> calls = {call_at(1), call_at(2), call_at(3)};
  ReelWriter at_once = open();
  at_once.append(calls);
  ASSERT_TRUE(at_once.close({}).ok());
  const std::vector<std::string> together = read().events;
  ReelWriter one_by_one = open();
  for (const Call& call : calls) one_by_one.on(call);
  ASSERT_TRUE(one_by_one.close({}).ok());
  EXPECT_EQ(read().events, together);
}

TEST_F(Writer, AFullDiskCostsTheChunksThatDidNotFitAndTheReelSaysSo) {
  // RLIMIT_FSIZE stands for the disk: it fails with EFBIG where a full one fails with ENOSPC.
  std::signal(SIGXFSZ, SIG_IGN);
  OwnedEvents drawn, events;
  add_sample_events(drawn, 1, 60);
  for (const AnyEvent& event : drawn.events()) {
    if (std::holds_alternative<Loss>(event) || std::holds_alternative<End>(event)) continue;
    std::visit([&](const auto& one) { events.on(one); }, event);
  }
  ReelWriter writer = open();
  events.replay(writer);
  ASSERT_TRUE(writer.cut(second).ok());
  const std::uint64_t whole = writer.totals().bytes;

  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{whole + 100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  events.replay(writer);
  const Result<void> cut = writer.cut(second);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().message, "writing the reel: File too large");
  EXPECT_EQ(writer.failure()->message, cut.error().message);
  EXPECT_EQ(writer.totals().unwritten, events.size());
  EXPECT_EQ(contents_of(file_.get()).size(), whole) << "half a chunk is taken back";

  writer.on(call_at(5));
  ASSERT_TRUE(writer.close({.time = {6}, .reason = EndReason::output_failed}).ok());
  const Outcome outcome = read();
  EXPECT_THAT(outcome.problems, IsEmpty());
  EXPECT_TRUE(outcome.summary.closed);
  ASSERT_THAT(outcome.events, SizeIs(events.size() + 4)) << "a call, two accounts and the end";
  // Its calls, and its other events that are more than a state.
  std::uint64_t calls = 0, others = 0;
  for (const AnyEvent& event : events.events()) {
    const auto* const call = std::get_if<Call>(&event);
    calls += call && !call->has(call_in_flight);
    others += std::holds_alternative<Signal>(event) || std::holds_alternative<JobStop>(event) || std::holds_alternative<TaskNew>(event) ||
              std::holds_alternative<Exec>(event) || std::holds_alternative<TaskExit>(event) || std::holds_alternative<TaskDetach>(event);
  }
  const std::string account = joined(outcome.events);
  EXPECT_THAT(account, HasSubstr(" cause=4 count=" + std::to_string(calls) + " signalsAndTasks=false"));
  EXPECT_THAT(account, HasSubstr(" cause=4 count=" + std::to_string(others) + " signalsAndTasks=true"));
}

// A disk that takes nothing, for as long as this lives.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

// Captured + lost = happened, however many accounts are lost on the way.
TEST_F(Writer, AnAccountThatIsLostItselfIsOwedAgain) {
  ReelWriter writer = open();
  {
    const FullDisk full;
    for (int i = 0; i < 5; ++i) writer.on(call_at(10 + i));
    Call waits = call_at(20);
    waits.flags = call_in_flight;
    writer.on(waits);  // a state: its end is still to come
    writer.on(ClockSample{{21}, {}});
    writer.on(Signal{});
    writer.on(Loss{{1}, {22}, LossCause::ring_full, 7, false});
    EXPECT_FALSE(writer.cut(second).ok());
    writer.on(call_at(30));
    EXPECT_FALSE(writer.cut(second).ok());
  }
  writer.on(call_at(40));
  ASSERT_TRUE(writer.close({.time = {50}, .reason = EndReason::output_failed}).ok());
  const Outcome outcome = read();
  ASSERT_THAT(outcome.events, SizeIs(5)) << ::testing::PrintToString(outcome.events);
  const std::string account = joined(outcome.events);
  EXPECT_THAT(account, HasSubstr(" cause=4 count=6 signalsAndTasks=false"));
  EXPECT_THAT(account, HasSubstr(" cause=4 count=1 signalsAndTasks=true"));
  EXPECT_THAT(account, HasSubstr(" cause=0 count=7 signalsAndTasks=false"));
}

// What cannot be cut off must not be followed by anything: a reader would take it for a part of the next chunk.
TEST_F(Writer, NothingFollowsWhatCannotBeTakenBack) {
  ReelWriter writer = open();
  writer.on(call_at(1));
  ASSERT_TRUE(writer.cut(second).ok());
  const std::size_t whole = contents_of(file_.get()).size();
  ASSERT_EQ(::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{whole + 100, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    for (int i = 0; i < 500; ++i) writer.on(call_at(i * i));
    EXPECT_FALSE(writer.cut(second).ok());
    ::setrlimit(RLIMIT_FSIZE, &before);
  }
  const std::size_t torn = contents_of(file_.get()).size();
  EXPECT_GT(torn, whole);
  writer.on(call_at(9));
  EXPECT_FALSE(writer.close({}).ok());
  EXPECT_EQ(contents_of(file_.get()).size(), torn);
  EXPECT_EQ(read().summary.events, 1u);
}

TEST_F(Writer, AReaderThatWentAwayIsAnErrorAndNothingFollows) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Result<ReelWriter> writer = ReelWriter::open(UniqueFd(ends[1]), {});
  ASSERT_TRUE(writer.ok());
  ::close(ends[0]);
  writer->on(call_at(1));
  const Result<void> cut = writer->cut(second);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().message, "writing the reel: Broken pipe");
  EXPECT_FALSE(writer->close({}).ok());
}

TEST_F(Writer, RefusesADescriptorThatCannotBeWritten) {
  const Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), {});
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().message, "writing the reel: No space left on device");
}

TEST(Recover, MakesASoundReelOfADamagedOne) {
  OwnedEvents first, second_part, third;
  add_sample_events(first, 1, 20);
  add_sample_events(second_part, 2, 30);
  add_sample_events(third, 3, 40);
  Bytes damaged = reel_of({&first, &second_part, &third}, false);
  damaged[reel_of({&first}, false).size() + 200] ^= std::byte{1};
  Result<ReelReader> reader = ReelReader::open(file_with(damaged), "damaged.reel");
  ASSERT_TRUE(reader.ok());
  const UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  const Result<Recovered> recovered = recover(*reader, UniqueFd(::dup(file.get())));
  ASSERT_TRUE(recovered.ok()) << recovered.error().message;
  EXPECT_EQ(recovered->events, 60u);
  EXPECT_EQ(recovered->lost, 30u);
  EXPECT_THAT(reader->problems(), SizeIs(1));

  const Outcome outcome = read_reel(contents_of(file.get()));
  EXPECT_TRUE(outcome.summary.closed);
  EXPECT_THAT(outcome.problems, IsEmpty());
  std::vector<std::string> expected = to_texts(first);
  const std::vector<std::string> behind = to_texts(third);
  ASSERT_THAT(outcome.events, SizeIs(61));
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), outcome.events.begin()));
  EXPECT_THAT(outcome.events[20], HasSubstr(" cause=5 count=30 "));
  EXPECT_TRUE(std::equal(behind.begin(), behind.end(), outcome.events.begin() + 21));
}

}  // namespace
}  // namespace sysreel::test
