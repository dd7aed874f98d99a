// A recording bounds itself: in time, size, events and space, and says in the reel why it stopped.
#include <sys/mount.h>
#include <sys/sysinfo.h>

#include <fstream>

#include "recorder/resource_guard.h"
#include "tests/tools/trace_record_fixture.h"
#include "tools/record_command.h"

namespace sysreel {
namespace {

class Bounds : public TraceRecord, public testing::WithParamInterface<const char*> {
 protected:
  Ran record(std::vector<std::string> more) {
    more.insert(more.begin(), {"--engine", GetParam()});
    return run(more);
  }
  // The End of a reel, which must be closed.
  End end_of(const std::string& name) {
    OwnedEvents events;
    read(name, events);
    for (const AnyEvent& event : events.events()) {
      if (const auto* const end = std::get_if<End>(&event)) return *end;
    }
    ADD_FAILURE() << name << " has no end";
    return {};
  }
  static std::size_t calls_in(const OwnedEvents& events) {
    return static_cast<std::size_t>(std::count_if(events.events().begin(), events.events().end(),
                                                  [](const AnyEvent& event) { return std::holds_alternative<Call>(event); }));
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Bounds, testing::Values("ptrace", "ebpf"));

TEST_P(Bounds, TheReelIsNeverLongerThanAllowed) {
  for (const std::size_t limit : {16384u, 40000u, 90000u}) {
    const Ran ran = record({"-o", "r.reel", "--force", "--max-size", std::to_string(limit), "-f", "--", "sh", "-c",
                            "dd if=/dev/urandom of=/dev/null bs=20 count=8000 2>/dev/null; exit 3"});
    EXPECT_EQ(ran.code(), 3) << ran.err;
    EXPECT_LE(std::filesystem::file_size(path("r.reel")), limit);
    EXPECT_EQ(end_of("r.reel").reason, EndReason::size);
    EXPECT_NE(ran.err.find("stopped at its limit of size"), std::string::npos) << ran.err;
  }
}

TEST_P(Bounds, RefusesAReelTooShortForAnything) {
  const Ran ran = record({"-o", "r.reel", "--max-size", "1000", "true"});
  EXPECT_EQ(ran.code(), 2);
  EXPECT_NE(ran.err.find("1000"), std::string::npos) << ran.err;
}

TEST_P(Bounds, StopsAtExactlyTheNumberOfEvents) {
  const Ran ran = record({"-o", "r.reel", "--max-events", "50", "--", "dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=2000", "status=none"});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  const End end = end_of("r.reel");
  EXPECT_EQ(end.reason, EndReason::events);
  OwnedEvents events;
  read("r.reel", events);
  EXPECT_LE(calls_in(events), 51u) << "one may be in flight at the end";
}

TEST_P(Bounds, RotatedReelsReadAloneAndTheOldestGo) {
  const Ran ran = record({"-o", "r.reel", "--rotate", "4K,2", "-f", "--", "sh", "-c",
                          "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do dd if=/dev/urandom of=/dev/null bs=20 count=800 2>/dev/null; sleep 0.3; done"});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  auto names = reels();
  std::sort(names.begin(), names.end());
  ASSERT_EQ(names.size(), 2u);
  EXPECT_NE(names.front(), "r.0001.reel");
  for (const std::string& name : names) {
    auto reader = ReelReader::open(path(name));
    ASSERT_TRUE(reader) << name;
    ASSERT_FALSE(reader->index().empty());
    EXPECT_TRUE(reader->index().front().checkpoint) << name;
    EXPECT_EQ(end_of(name).reason, name == names.back() ? EndReason::target_ended : EndReason::rotated) << name;
    OwnedEvents events;
    read(name, events);
    EXPECT_TRUE(std::any_of(events.events().begin(), events.events().end(), [](const AnyEvent& event) {
      const auto* const snapshot = std::get_if<Snapshot>(&event);
      return snapshot && snapshot->kind == SnapshotKind::maps;
    })) << name;
  }
}

TEST_P(Bounds, StopsBeforeTheDiskIsFull) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  std::filesystem::create_directory(path("small"));
  ASSERT_EQ(mount("none", path("small").c_str(), "tmpfs", 0, "size=2m"), 0);
  const Ran ran = record({"-q", "-o", "small/r.reel", "--keep-free", "1900K", "--max-size", "unlimited", "-f", "--", "sh", "-c",
                          "for i in 1 2 3 4 5 6 7 8; do dd if=/dev/urandom of=/dev/null bs=32 count=3000 2>/dev/null; sleep 0.3; done"});
  EXPECT_EQ(ran.code(), 0);
  EXPECT_NE(ran.err.find("free space"), std::string::npos) << ran.err;
  EXPECT_EQ(end_of("small/r.reel").reason, EndReason::free_space);
  umount2(path("small").c_str(), MNT_DETACH);
}

TEST_P(Bounds, AFullDiskLeavesAReadableReelAndTheCommandAlone) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  std::filesystem::create_directory(path("small"));
  ASSERT_EQ(mount("none", path("small").c_str(), "tmpfs", 0, "size=128k"), 0);
  const Ran ran = record({"-q", "-o", "small/r.reel", "--keep-free", "0", "--max-size", "unlimited", "-f", "--", "sh", "-c",
                          "for i in 1 2 3 4; do dd if=/dev/urandom of=/dev/null bs=32 count=4000 2>/dev/null; sleep 0.3; done; echo alive"});
  EXPECT_EQ(ran.code(), 125) << ran.err;
  EXPECT_EQ(ran.out, "alive\n");
  auto reader = ReelReader::open(path("small/r.reel"));
  ASSERT_TRUE(reader);
  EventSink nothing;
  EXPECT_TRUE(reader->replay(nothing));
  EXPECT_TRUE(reader->problems().empty());
  umount2(path("small").c_str(), MNT_DETACH);
}

TEST_P(Bounds, StopsAtItsCeilingOfMemory) {
  const Ran ran = record({"-q", "-o", "r.reel", "--max-memory", "64K", "--", "sh", "-c", "sleep 0.6; exit 4"});
  EXPECT_EQ(ran.code(), 4);
  EXPECT_NE(ran.err.find("limit of memory"), std::string::npos) << ran.err;
  EXPECT_EQ(end_of("r.reel").reason, EndReason::memory);
}

// --- what bounds a recording for which nothing was asked ----------------------------------------------------------------------

constexpr std::uint64_t mebibyte = 1u << 20, gibibyte = 1u << 30;

std::int64_t seconds_of(std::vector<const char*> words) {
  const auto command = tools::parse_record_command(words);
  EXPECT_TRUE(command) << command.error().message;
  return command ? command->limits.duration.value / 1'000'000'000 : -1;
}

TEST(DefaultBounds, AnAttachedTargetIsLeftAfterAnHour) {
  EXPECT_EQ(seconds_of({"-p", "1"}), 3600);
  EXPECT_EQ(seconds_of({"--comm", "x"}), 3600);
  EXPECT_EQ(seconds_of({"-a"}), 3600);
  EXPECT_EQ(seconds_of({"-p", "1", "--duration", "2m"}), 120);
  EXPECT_EQ(seconds_of({"-p", "1", "--duration", "unlimited"}), 0) << "only who says so gets it";
  EXPECT_EQ(seconds_of({"true"}), 0) << "a command ends by itself";
  EXPECT_EQ(seconds_of({"-p", "1", "--flight", "64M"}), 0) << "a flight recorder is bounded by its memory";
}

TEST(DefaultBounds, OfSpaceFollowTheDisk) {
  EXPECT_EQ(default_reel_bytes({gibibyte, 100 * gibibyte}), gibibyte / 2);
  EXPECT_EQ(default_reel_bytes({100 * gibibyte, 200 * gibibyte}), 4 * gibibyte);
  EXPECT_EQ(default_floor({gibibyte, 2 * gibibyte}), 2 * gibibyte / 20);
  EXPECT_EQ(default_floor({gibibyte, 1024 * gibibyte}), 512 * mebibyte);
}

TEST_F(TraceRecord, OnTmpfsTheMemoryThatIsLeftCountsAsSpace) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  std::filesystem::create_directory(path("huge"));
  ASSERT_EQ(mount("none", path("huge").c_str(), "tmpfs", 0, "size=64t"), 0);
  const int folder = open(path("huge").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto space = disk_space_of(folder);
  struct sysinfo machine {};
  ASSERT_EQ(sysinfo(&machine), 0);
  ASSERT_TRUE(space);
  EXPECT_LE(space->free, std::uint64_t{machine.totalram} * machine.mem_unit);
  EXPECT_GT(space->free, 0u);
  close(folder);
  umount2(path("huge").c_str(), MNT_DETACH);
}

// --- files -----------------------------------------------------------------------------------------------------------------

TEST_F(TraceRecord, WritesIntoNoFolderThatOthersCanWriteToUnlessItIsSticky) {
  std::filesystem::create_directory(path("open"));
  ASSERT_EQ(chmod(path("open").c_str(), 0777), 0);
  const Ran refused = run({"-q", "-o", "open/r.reel", "true"});
  EXPECT_EQ(refused.code(), 4);
  EXPECT_NE(refused.err.find("others can write"), std::string::npos) << refused.err;
  ASSERT_EQ(chmod(path("open").c_str(), 01777), 0);
  EXPECT_EQ(run({"-q", "-o", "open/r.reel", "true"}).code(), 0);
  struct stat status {};
  ASSERT_EQ(stat(path("open/r.reel").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(TraceRecord, TheReelBelongsToWhoCalledSudo) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const Ran ran = run({"-q", "-o", "r.reel", "true"}, [] {
    setenv("SUDO_UID", "1234", 1);
    setenv("SUDO_GID", "1235", 1);
  });
  EXPECT_EQ(ran.code(), 0) << ran.err;
  struct stat status {};
  ASSERT_EQ(stat(path("r.reel").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1234u);
  EXPECT_EQ(status.st_gid, 1235u);
}

}  // namespace
}  // namespace sysreel
