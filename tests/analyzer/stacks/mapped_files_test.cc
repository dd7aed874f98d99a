// Which file lies where, by /proc's text and by calls.
#include "analyzer/stacks/mapped_files.h"

#include <gtest/gtest.h>

namespace sysreel::testing {
namespace {

constexpr std::string_view maps =
    "00400000-00402000 r-xp 00001000 fe:00 12                         /bin/with blank\n"
    "00500000-00501000 rw-p 00000000 00:00 0 \n"
    "nonsense\n"
    "7ffff7fc0000-7ffff7fc2000 r-xp 00000000 00:00 0                  [vdso]\n";

std::string where(const MappedFiles& files, std::uint64_t address) {
  const auto place = files.place(address);
  return place ? place->path + "+" + std::to_string(place->offset) : "nowhere";
}

TEST(MappedFiles, ReadWhatProcSays) {
  MappedFiles files;
  files.replace_by(maps);
  EXPECT_EQ(where(files, 0x400010), "/bin/with blank+4112");
  EXPECT_EQ(where(files, 0x402000), "nowhere");
  EXPECT_EQ(where(files, 0x3fffff), "nowhere");
  EXPECT_EQ(where(files, 0x500000), "nowhere");  // anonymous
  EXPECT_EQ(where(files, 0x7ffff7fc0001), "[vdso]+1");
}

TEST(MappedFiles, ANewMappingCutsWhatLayThere) {
  MappedFiles files;
  files.map(0x10000, 0x20000, 0, "old");
  files.map(0x14000, 0x15000, 0x7000, "new");
  EXPECT_EQ(where(files, 0x13fff), "old+16383");
  EXPECT_EQ(where(files, 0x14001), "new+28673");
  EXPECT_EQ(where(files, 0x15000), "old+20480");
}

TEST(MappedFiles, AnUnmappedMiddleLeavesBothEnds) {
  MappedFiles files;
  files.map(0x10000, 0x20000, 0, "file");
  files.unmap(0x14000, 0x15000);
  EXPECT_EQ(where(files, 0x13000), "file+12288");
  EXPECT_EQ(where(files, 0x14000), "nowhere");
  EXPECT_EQ(where(files, 0x15000), "file+20480");
}

TEST(MappedFiles, NothingOfNoLength) {
  MappedFiles files;
  files.map(0x10000, 0x10000, 0, "empty");
  files.map(0x20000, 0x1000, 0, "backwards");
  EXPECT_EQ(where(files, 0x10000), "nowhere");
  EXPECT_EQ(where(files, 0x20000), "nowhere");
}

}  // namespace
}  // namespace sysreel::testing
