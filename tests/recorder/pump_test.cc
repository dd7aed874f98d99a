// The pump, driven by an engine that delivers prepared events.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "format/owned_event.h"
#include "format/reel_reader.h"
#include "recorder/memory_source.h"
#include "recorder/pump.h"

namespace sysreel {
namespace {

Call call_at(std::int64_t time, std::uint64_t argument = 0) {
  Call call;
  call.pid = Pid{10};
  call.tid = Tid{10};
  call.start = Nanos{time};
  call.duration = Nanos{5};
  call.nr = SyscallNr{1};
  call.args[0] = argument;
  return call;
}

// A recording into memory, read back.
struct Recording {
  UniqueFd file{::memfd_create("reel", MFD_CLOEXEC)};
  PumpOutcome outcome;
  OwnedEvents events;
  std::vector<bool> checkpoints;  // by chunk

  void run(MemorySource& source, PumpOptions options = {}) {
    options.snapshots = false;
    run_with_snapshots(source, options);
  }
  void run_with_snapshots(MemorySource& source, const PumpOptions& options) {
    auto writer = ReelWriter::open(UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)), Header{});
    ASSERT_TRUE(writer);
    outcome = Pump(source, *writer, options).run();
    ::lseek(file.get(), 0, SEEK_SET);
    auto reader = ReelReader::open(UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)), "memory");
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_TRUE(reader->replay(events));
    for (const IndexEntry& chunk : reader->index()) checkpoints.push_back(chunk.checkpoint);
  }
  template <typename Event>
  std::vector<Event> all() const {
    std::vector<Event> found;
    for (const AnyEvent& event : events.events()) {
      if (const auto* const one = std::get_if<Event>(&event)) found.push_back(*one);
    }
    return found;
  }
};

TEST(Pump, WritesWhatTheEngineDeliversAndClosesTheReel) {
  MemorySource source;
  source.add([](EventSink& sink) { sink.on(call_at(100, 1)); });
  source.add([](EventSink& sink) { sink.on(call_at(200, 2)); });
  Recording recording;
  recording.run(source);
  EXPECT_EQ(recording.outcome.reason, EndReason::target_ended);
  EXPECT_TRUE(source.stopped());
  const auto calls = recording.all<Call>();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[1].args[0], 2u);
  ASSERT_EQ(recording.all<End>().size(), 1u);
  EXPECT_EQ(recording.all<End>()[0].reason, EndReason::target_ended);
  EXPECT_GE(recording.all<ClockSample>().size(), 2u);
}

TEST(Pump, StopsWhenToldAndKeepsTheCallsInFlight) {
  std::atomic<bool> stop{false};
  MemorySource source;
  source.add([&](EventSink&) { stop = true; });
  source.add([](EventSink& sink) { sink.on(call_at(100)); });
  source.set_in_flight([](EventSink& sink) {
    Call call = call_at(50);
    call.flags = call_in_flight;
    sink.on(call);
  });
  PumpOptions options;
  options.stop = &stop;
  Recording recording;
  recording.run(source, options);
  EXPECT_EQ(recording.outcome.reason, EndReason::interrupted);
  const auto calls = recording.all<Call>();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0].has(call_in_flight));
}

TEST(Pump, StopsAtTheNumberOfEvents) {
  MemorySource source;
  for (int i = 0; i < 100; ++i) source.add([i](EventSink& sink) { sink.on(call_at(100 + 10 * i)); });
  PumpOptions options;
  options.limits.events = 10;
  Recording recording;
  recording.run(source, options);
  EXPECT_EQ(recording.outcome.reason, EndReason::events);
  EXPECT_LE(recording.all<Call>().size(), 10u);
}

// The cause that a reel names for ten calls lost while its reader let the writer wait for so long.
LossCause cause_of_loss_beside(std::chrono::milliseconds stall) {
  MemorySource source;
  LossCounts losses;
  std::string payload(200'000, '\0');  // more than the pipe holds, and nothing to compress
  std::generate(payload.begin(), payload.end(), [random = std::mt19937(1)]() mutable { return static_cast<char>(random()); });
  source.add([&payload](EventSink& sink) {
    Call call = call_at(100);
    const Block block{.address = 1, .data = std::as_bytes(std::span(payload)), .wanted = 200'000};
    call.blocks = {&block, 1};
    sink.on(call);
    ::usleep(1'050'000);  // a chunk is cut once a second
  });
  source.add([&](EventSink&) {
    losses.calls[static_cast<std::size_t>(LossCause::ring_full)] = 10;
    source.set_losses(losses);
  });
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  EXPECT_GT(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
  OwnedEvents events;
  std::thread read_late([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'050) + stall);
    auto reader = ReelReader::open(UniqueFd(ends[0]), "pipe");
    if (reader) {
      EXPECT_TRUE(reader->replay(events));
    }
  });
  {
    auto writer = ReelWriter::open(UniqueFd(ends[1]), Header{});
    PumpOptions options;
    options.snapshots = false;
    if (writer) Pump(source, *writer, options).run();
  }
  read_late.join();
  for (const AnyEvent& event : events.events()) {
    if (const auto* const loss = std::get_if<Loss>(&event)) return loss->cause;
  }
  ADD_FAILURE() << "the reel tells no loss";
  return LossCause::damaged;
}

TEST(Pump, TellsAnOutputThatStalledFromABufferThatWasTooSmall) {
  EXPECT_EQ(cause_of_loss_beside(std::chrono::milliseconds(0)), LossCause::ring_full);
  EXPECT_EQ(cause_of_loss_beside(std::chrono::milliseconds(1500)), LossCause::stalled);
}

TEST(Pump, ACheckpointTellsTheStateOfEveryTask) {
  const Pid me{::getpid()};
  MemorySource source;
  source.add([me](EventSink& sink) { sink.on(TaskNew{.pid = me, .tid = Tid{raw(me)}, .time = Nanos{100}}); });
  for (int i = 0; i < 3; ++i) {
    source.add([i](EventSink& sink) {
      sink.on(call_at(200 + 10 * i));
      ::usleep(1'100'000);  // a chunk is cut once a second
    });
  }
  PumpOptions options;
  options.checkpoint_every = Nanos{1};
  Recording recording;
  recording.run_with_snapshots(source, options);
  ASSERT_GE(recording.checkpoints.size(), 3u);
  EXPECT_EQ(recording.checkpoints, std::vector<bool>(recording.checkpoints.size(), true));
  std::size_t names = 0, folders = 0, inputs = 0;
  for (const Snapshot& snapshot : recording.all<Snapshot>()) {
    names += snapshot.kind == SnapshotKind::comm && snapshot.tid == Tid{raw(me)};
    folders += snapshot.kind == SnapshotKind::cwd && snapshot.pid == me;
  }
  for (const FdFact& fact : recording.all<FdFact>()) inputs += fact.fd == STDIN_FILENO && fact.cause == FdCause::snapshot;
  EXPECT_EQ(names, recording.checkpoints.size() - 1);
  EXPECT_EQ(folders, names);
  EXPECT_EQ(inputs, names);
}

TEST(Pump, StatesEachLossOnce) {
  MemorySource source;
  LossCounts losses;
  losses.calls[static_cast<std::size_t>(LossCause::ring_full)] = 7;
  losses.others[static_cast<std::size_t>(LossCause::recursion)] = 2;
  source.add([&](EventSink&) { source.set_losses(losses); });
  Recording recording;
  recording.run(source);
  const auto stated = recording.all<Loss>();
  ASSERT_EQ(stated.size(), 2u);
  EXPECT_EQ(stated[0].count, 7u);
  EXPECT_EQ(stated[0].cause, LossCause::ring_full);
  EXPECT_FALSE(stated[0].signals_and_tasks);
  EXPECT_EQ(stated[1].count, 2u);
  EXPECT_TRUE(stated[1].signals_and_tasks);
}

TEST(Pump, AFailedEngineLeavesAReelThatSaysWhy) {
  MemorySource source;
  source.fail_with({ErrorKind::io, "the ring is gone"});
  Recording recording;
  recording.run(source);
  EXPECT_EQ(recording.outcome.reason, EndReason::engine_failed);
  ASSERT_TRUE(recording.outcome.failure);
  ASSERT_EQ(recording.all<End>().size(), 1u);
  EXPECT_EQ(recording.all<End>()[0].message, "the ring is gone");
}

TEST(Pump, TakesTheStatusOfTheCommandFromItsEnd) {
  MemorySource source;
  source.add([](EventSink& sink) {
    sink.on(TaskExit{Pid{11}, Tid{11}, Nanos{100}, 0x100, true});
    sink.on(TaskExit{Pid{10}, Tid{12}, Nanos{110}, 0x200, false});
    sink.on(TaskExit{Pid{10}, Tid{10}, Nanos{120}, 0x700, true});
  });
  PumpOptions options;
  options.command = Pid{10};
  Recording recording;
  recording.run(source, options);
  EXPECT_EQ(recording.outcome.command_status, 0x700);
  EXPECT_EQ(recording.all<End>()[0].command_status, 0x700);
}

}  // namespace
}  // namespace sysreel
