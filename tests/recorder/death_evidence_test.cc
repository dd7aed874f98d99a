// What the recorder looks up around deaths: control groups, build-ids, the kernel's log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "recorder/build_ids.h"
#include "recorder/kernel_log.h"
#include "recorder/memory_cgroup.h"
#include "recorder/proc.h"

namespace sysreel {
namespace {

using ::testing::HasSubstr;

TEST(MemoryCgroup, PrefersTheMemoryControllerOfVersion1) {
  EXPECT_EQ(memory_cgroup_folder("5:cpu:/a\n4:memory:/b\n0::/c\n"), "/sys/fs/cgroup/memory/b");
  EXPECT_EQ(memory_cgroup_folder("0::/c/d\n"), "/sys/fs/cgroup/c/d");
  EXPECT_EQ(memory_cgroup_folder("5:cpu:/a\n"), "");
  EXPECT_EQ(memory_cgroup_folder("nonsense"), "");
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/evidence-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  void append(const std::string& name, std::string_view text) {
    std::ofstream(path_ + "/" + name, std::ios::app) << text;
  }
  std::string path_;
};

using Counters = Folder;
TEST_F(Counters, AreNameValueLines) {
  append("memory.limit_in_bytes", "67108864\n");
  append("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  append("memory.stat", "cache 1\nhierarchical_memory_limit 33554432\ntotal_cache 2\n");
  EXPECT_EQ(memory_counters(path_),
            "memory.limit_in_bytes 67108864\noom_kill_disable 0\nunder_oom 0\noom_kill 3\nhierarchical_memory_limit "
            "33554432\n");
  EXPECT_EQ(memory_counters(path_ + "/missing"), "");
}

using Log = Folder;
TEST_F(Log, TellsOnlyWhatIsNewAndConcernsADeath) {
  append("kmsg", "6,1,1,-;a segfault of long ago\n");
  KernelLog log((path_ + "/kmsg").c_str());
  EXPECT_EQ(log.news(), "");
  append("kmsg", "6,2,2,-;usb 1-1: new device\n");
  EXPECT_EQ(log.news(), "");
  append("kmsg", "3,3,3,-;Out of memory: Killed process 17 (victim)\n");
  EXPECT_EQ(log.news(), "3,3,3,-;Out of memory: Killed process 17 (victim)\n");
}

TEST(KernelLogOfNobody, IsSilent) {
  EXPECT_EQ(KernelLog("/no/such/log").news(), "");
}

TEST(BuildIds, AreReadFromTheNotesOfWhatIsMapped) {
  const auto maps = proc::read_file("/proc/self/maps");
  ASSERT_TRUE(maps);
  BuildIds ids;
  const std::string lines = ids.lines_for(Pid{getpid()}, *maps);
  EXPECT_THAT(lines, HasSubstr("libc.so.6\t"));
  EXPECT_EQ(ids.lines_for(Pid{getpid()}, *maps), lines);
}

using BadFile = Folder;
TEST_F(BadFile, HasNoBuildId) {
  append("empty", "");
  append("text", "no program");
  append("cut", std::string("\x7f") + "ELF\x02\x01\x01");
  std::string lying(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  lying.resize(64, '\xff');
  append("lying", lying);
  for (const char* name : {"empty", "text", "cut", "lying", "missing"})
    EXPECT_EQ(build_id_of(path_ + "/" + name), "") << name;
}

}  // namespace
}  // namespace sysreel
