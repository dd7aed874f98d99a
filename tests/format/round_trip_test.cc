// What is written to a reel is what is read from it.
#include <gmock/gmock.h>

#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

TEST(RoundTrip, EveryFieldOfEveryKindComesBackInOrder) {
  OwnedEvents events;
  add_sample_events(events, 1, 5000);
  const Outcome outcome = read_reel(reel_of({&events}));
  ASSERT_TRUE(outcome.opened) << outcome.error.message;
  EXPECT_TRUE(outcome.summary.closed);
  EXPECT_THAT(outcome.problems, testing::IsEmpty());
  const std::vector<std::string> written = to_texts(events);
  ASSERT_EQ(outcome.events.size(), written.size() + 1);
  for (std::size_t i = 0; i < written.size(); ++i) ASSERT_EQ(outcome.events[i], written[i]) << "event " << i;
  EXPECT_EQ(outcome.events.back(), "11 time=99 reason=1 commandStatus=256 message=646f6e65");
}

TEST(RoundTrip, ChunksStandOnTheirOwn) {
  OwnedEvents first, second;
  add_sample_events(first, 2, 300);
  add_sample_events(second, 3, 300);
  const Outcome outcome = read_reel(reel_of({&first, &second, &first}));
  std::vector<std::string> expected = to_texts(first);
  for (const OwnedEvents* events : {&second, &first}) {
    for (std::string& text : to_texts(*events)) expected.push_back(std::move(text));
  }
  ASSERT_EQ(outcome.events.size(), expected.size() + 1);
  expected.push_back(outcome.events.back());
  EXPECT_EQ(outcome.events, expected);
  EXPECT_EQ(outcome.summary.chunks, 4u);
}

TEST(RoundTrip, RegistersBeyondTheDeclaredArgumentsAreNotKept) {
  Call close;
  close.nr = SyscallNr{3};
  close.args = {7, 0x7f00, 3, 4, 5, 6};
  const Block block{.address = 0x7f00, .data = {}, .wanted = 4};  // where a register that is not kept points
  close.blocks = {&block, 1};
  Call unknown = close;
  unknown.nr = SyscallNr{70000};
  OwnedEvents events, kept;
  events.on(close);
  events.on(unknown);
  close.args = {7, 0, 0, 0, 0, 0};
  kept.on(close);
  kept.on(unknown);
  std::vector<std::string> read = read_reel(reel_of({&events})).events;
  read.pop_back();
  EXPECT_EQ(read, to_texts(kept));
}

TEST(RoundTrip, CallsOfMoreKeysThanThereAreGroupsComeBack) {
  OwnedEvents events;
  for (int i = 0; i < 3000; ++i) {
    Call call;
    call.nr = SyscallNr{i * 7 % 200};
    call.start = {1000 * i};
    call.duration = {i * 11 % 900};
    call.on_cpu = {i % 3 == 0 ? -1 : call.duration.value};
    call.result = i % 5 == 0 ? 0x7f0000000000 + i : i % 17;
    call.ip = 0x5000u + static_cast<unsigned>(i % 9);
    events.on(call);
  }
  std::vector<std::string> read = read_reel(reel_of({&events})).events;
  read.pop_back();
  EXPECT_EQ(read, to_texts(events));
}

TEST(RoundTrip, WhatIsExpectedOfEachTaskDescriptorAndOutcomeComesBack) {
  OwnedEvents events;
  std::vector<std::byte> content(48);
  for (int i = 0; i < 4000; ++i) {
    const int task = i * 7 % 5, descriptor = i * 13 % 1500;
    Call call;
    call.pid = Pid{100 + task / 2};
    call.tid = Tid{100 + task};
    call.nr = SyscallNr{i % 2};
    call.start = {1000 * i};
    call.args = {static_cast<std::uint64_t>(descriptor), 0x7f0000u + 4096u * static_cast<unsigned>(descriptor % 40 + 64 * task), 16384};
    call.result = i % 3 == 0 ? -11 : i % 3 == 1 ? 0 : 48;
    call.ip = 0x1000u * static_cast<unsigned>(task);
    const std::array<std::uint64_t, 2> stack = {0x400000u + static_cast<unsigned>(task), 0x500000};
    call.stack = stack;
    for (std::size_t at = 0; at < content.size(); ++at) content[at] = static_cast<std::byte>(i >> (at % 8));
    const Block block{.address = call.args[1], .data = content, .wanted = 48, .phase = Phase::exit};
    if (call.result > 0) call.blocks = {&block, 1};
    events.on(call);
  }
  std::vector<std::string> read = read_reel(reel_of({&events})).events;
  read.pop_back();
  EXPECT_EQ(read, to_texts(events));
}

TEST(RoundTrip, TheHeaderComesBack) {
  const Result<ReelReader> reader = ReelReader::open(file_with(reel_of({})), "test.reel");
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const Header& read = reader->header();
  const Header written = sample_header();
  EXPECT_EQ(read.recorder_version, written.recorder_version);
  EXPECT_EQ(read.engine, written.engine);
  EXPECT_EQ(read.host, written.host);
  EXPECT_EQ(read.kernel, written.kernel);
  EXPECT_EQ(read.machine, written.machine);
  EXPECT_EQ(read.boot_id, written.boot_id);
  EXPECT_EQ(read.native_abi, written.native_abi);
  EXPECT_EQ(read.page_size, written.page_size);
  EXPECT_EQ(read.clock_ticks, written.clock_ticks);
  EXPECT_EQ(read.started, written.started);
  EXPECT_EQ(read.started_realtime, written.started_realtime);
  EXPECT_EQ(read.command, written.command);
  EXPECT_EQ(read.targets, written.targets);
  EXPECT_EQ(read.options, written.options);
  EXPECT_EQ(read.filter, written.filter);
  EXPECT_EQ(read.string_limit, written.string_limit);
  EXPECT_EQ(read.follow_forks, written.follow_forks);
  EXPECT_EQ(read.strict_filter, written.strict_filter);
  EXPECT_EQ(read.failed_only, written.failed_only);
  EXPECT_EQ(read.durations, written.durations);
  EXPECT_EQ(read.redacted, written.redacted);
  EXPECT_EQ(read.stacks, written.stacks);
}

}  // namespace
}  // namespace sysreel::test
