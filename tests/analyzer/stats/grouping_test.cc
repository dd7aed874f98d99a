// Calls are grouped by what they are and what they are about, the same from columns as from whole events.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/stats/call_stats.h"
#include "analyzer/stats/object_stats.h"
#include "format/owned_event.h"
#include "format/reel_reader.h"
#include "format/reel_writer.h"
#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAreArray;
using testing::CallBuilder;

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

Counts counts_of(const FigureTable& table) {
  Counts counts;
  for (const StatsRow& row : table.rows()) counts.emplace_back(row.name, row.figures->calls);
  return counts;
}

// Two threads of process 10 and process 20: opens, reads, a connection.
struct Scenario : ::testing::Test {
  void SetUp() override {
    events.on(TaskNew{.pid = Pid{10}, .tid = Tid{10}, .time = {1}, .comm = "server"});
    events.on(TaskNew{.pid = Pid{10}, .tid = Tid{11}, .time = {1}, .clone_flags = 0x10000, .comm = "worker"});
    events.on(TaskNew{.pid = Pid{20}, .tid = Tid{20}, .time = {1}, .comm = "client"});
    const auto at_fdcwd = static_cast<std::uint64_t>(-100);
    add(CallBuilder("openat", {at_fdcwd, 0x1000, 0}).in_string(0x1000, "/etc/hosts").returns(3), 10, 10);
    events.on(FdFact{.pid = Pid{10}, .tid = Tid{10}, .time = {19}, .fd = 3, .kind = FdKind::file, .path = "/etc/hosts"});
    add(CallBuilder("openat", {at_fdcwd, 0x1000, 0}).in_string(0x1000, "/etc/passwd").fails(2), 10, 11);
    add(CallBuilder("read", {3, 0x2000, 10}).returns(0), 10, 11);
    add(CallBuilder("close", {3}).returns(0), 10, 10);
    static constexpr unsigned char peer[16] = {2, 0, 0, 80, 127, 0, 0, 1};
    FdFact socket{.pid = Pid{20}, .tid = Tid{20}, .time = {49}, .fd = 4, .kind = FdKind::socket, .family = 2, .socket_type = 1};
    socket.peer = std::as_bytes(std::span(peer));
    events.on(socket);
    add(CallBuilder("sendto", {4, 0x2000, 10, 0, 0, 0}).fails(11), 20, 20);
    add(CallBuilder("getpid", {}).returns(20).flags(call_hidden), 20, 20);
    add(CallBuilder("read", {4, 0x2000, 10}).flags(call_in_flight), 20, 20);
  }

  // Calls take 5 and begin at 10, 20, 30 …
  void add(CallBuilder builder, int pid, int tid) {
    Call call = builder.event();
    call.pid = Pid{pid};
    call.tid = Tid{tid};
    call.start = {now += 10};
    call.duration = {5};
    events.on(call);
  }

  Counts from_events(Grouping grouping, Window window = {}) {
    ObjectStats stats(grouping, window);
    events.replay(stats);
    return counts_of(stats.table());
  }

  Counts from_columns(Grouping grouping, Window window = {}) {
    const UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
    Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::dup(file.get())), {});
    events.replay(*writer);
    EXPECT_TRUE(writer->finish().ok());
    ::lseek(file.get(), 0, SEEK_SET);
    Result<ReelReader> reader = ReelReader::open(UniqueFd(::dup(file.get())), "test.reel");
    CallStats stats(grouping, window);
    EXPECT_TRUE(reader->scan(1, {}, [&](ChunkView& chunk, unsigned) { return stats.add(chunk); }).ok());
    return counts_of(stats.table());
  }

  OwnedEvents events;
  std::int64_t now = 0;
};

TEST_F(Scenario, ColumnsSayWhatEventsSay) {
  for (const Grouping grouping : {Grouping::syscall, Grouping::thread, Grouping::process, Grouping::errno_value}) {
    EXPECT_TRUE(is_in_columns(grouping));
    EXPECT_THAT(from_columns(grouping), UnorderedElementsAreArray(from_events(grouping)));
    EXPECT_THAT(from_columns(grouping, {{25}, {35}}), UnorderedElementsAreArray(from_events(grouping, {{25}, {35}})));
  }
}

TEST_F(Scenario, HiddenCallsAndCallsInFlightAreNotCounted) {
  EXPECT_THAT(from_columns(Grouping::syscall), ElementsAre(Pair("close", 1), Pair("openat", 2), Pair("read", 1), Pair("sendto", 1)));
}

TEST_F(Scenario, ByWhoCalled) {
  EXPECT_THAT(from_columns(Grouping::thread), ElementsAre(Pair("10", 2), Pair("11", 2), Pair("20", 1)));
  EXPECT_THAT(from_columns(Grouping::process), ElementsAre(Pair("10", 4), Pair("20", 1)));
  EXPECT_THAT(from_events(Grouping::comm), ElementsAre(Pair("client", 1), Pair("server", 2), Pair("worker", 2)));
}

TEST_F(Scenario, ByError) {
  EXPECT_THAT(from_columns(Grouping::errno_value), ElementsAre(Pair("EAGAIN", 1), Pair("ENOENT", 1), Pair("no error", 3)));
}

TEST_F(Scenario, ByWhatItWasAbout) {
  EXPECT_THAT(from_events(Grouping::path), ElementsAre(Pair("/etc/hosts", 3), Pair("/etc/passwd", 1), Pair("TCP:[0]", 1)));
  EXPECT_THAT(from_events(Grouping::fd), ElementsAre(Pair("(no descriptor)", 2), Pair("10 3</etc/hosts>", 2), Pair("20 4<TCP:[0]>", 1)));
  EXPECT_THAT(from_events(Grouping::peer), ElementsAre(Pair("(no peer)", 4), Pair("127.0.0.1:80", 1)));
}

TEST_F(Scenario, ARelativePathBeginsAtTheCurrentFolder) {
  const std::string_view folder = "/srv/data";
  events.on(Snapshot{.pid = Pid{20}, .tid = Tid{20}, .kind = SnapshotKind::cwd, .data = std::as_bytes(std::span(folder))});
  add(CallBuilder("stat", {0x1000, 0x2000}).in_string(0x1000, "a/b").returns(0), 20, 20);
  EXPECT_THAT(from_events(Grouping::path), ::testing::Contains(Pair("/srv/data/a/b", 1)));
}

TEST_F(Scenario, TheWindowTakesCallsThatEndedInIt) {
  EXPECT_THAT(from_columns(Grouping::syscall, {{15}, {25}}), ElementsAre(Pair("openat", 2)));
  EXPECT_THAT(from_columns(Grouping::syscall, {{16}, {24}}), ElementsAre());
  EXPECT_THAT(from_columns(Grouping::syscall, {{32}, {INT64_MAX}}), ElementsAre(Pair("close", 1), Pair("read", 1), Pair("sendto", 1)));
}

TEST(GroupNames, CallsWithoutARowAndOtherAbisAreTold) {
  EXPECT_EQ(name_of_call(Abi::x86_64, SyscallNr{257}), "openat");
  EXPECT_EQ(name_of_call(Abi::i386, SyscallNr{5}), "open (i386)");
  EXPECT_EQ(name_of_call(Abi::x86_64, SyscallNr{123456}), "syscall_0x1e240");
  for (const std::string_view name : grouping_names()) EXPECT_TRUE(grouping_of(name).has_value()) << name;
  EXPECT_FALSE(grouping_of("colour").has_value());
}

}  // namespace
}  // namespace sysreel
