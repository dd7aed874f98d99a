#include "analyzer/model/memory_map.h"

#include <gtest/gtest.h>

#include "analyzer/model/memory_model.h"
#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using testing::CallBuilder;

constexpr std::uint64_t page = 4096, base = 0x7f0000000000;
constexpr std::uint32_t read_write = prot_read | prot_write;

Mapping pages(std::uint64_t first, std::uint64_t count) {
  return {.start = base + first * page, .end = base + (first + count) * page, .protection = read_write};
}
std::uint64_t at(std::uint64_t index) {
  return base + index * page;
}

TEST(MemoryMap, UnmappingTheMiddleLeavesBothEnds) {
  MemoryMap map;
  map.map(pages(0, 4));
  map.unmap(at(1), at(3), {7, Tid{1}, {}});
  EXPECT_TRUE(map.at(at(0)));
  EXPECT_FALSE(map.at(at(1)));
  EXPECT_FALSE(map.at(at(2) + 100));
  EXPECT_TRUE(map.at(at(3)));
  ASSERT_TRUE(map.unmapped_at(at(2)));
  EXPECT_EQ(map.unmapped_at(at(2))->by.event, 7u);
  EXPECT_EQ(map.total(), 2 * page);
}

TEST(MemoryMap, WhatIsMappedAgainIsNoLongerUnmapped) {
  MemoryMap map;
  map.map(pages(0, 1));
  map.unmap(at(0), at(1), {});
  map.map(pages(0, 1));
  EXPECT_FALSE(map.unmapped_at(at(0)));
}

TEST(MemoryMap, ProtectingAPartSplitsAndKeepsTheFileOffset) {
  MemoryMap map;
  Mapping file = pages(0, 4);
  file.name = std::make_shared<const std::string>("/lib/x.so");
  file.offset = 0x1000;
  map.map(file);
  map.protect(at(2), at(3), prot_read, {9, Tid{1}, {}});
  ASSERT_TRUE(map.at(at(2)));
  EXPECT_EQ(map.at(at(2))->permissions(), "r--");
  EXPECT_EQ(map.at(at(2))->offset, 0x1000 + 2 * page);
  EXPECT_EQ(map.at(at(2))->origin.event, 9u);
  EXPECT_EQ(map.at(at(3))->permissions(), "rw-");
  EXPECT_EQ(map.at(at(3))->offset, 0x1000 + 3 * page);
}

TEST(MemoryMap, MovingTakesTheContentAlong) {
  MemoryMap map;
  Mapping file = pages(0, 1);
  file.name = std::make_shared<const std::string>("/data");
  map.map(file);
  map.move(at(0), page, at(10), 3 * page, {});
  EXPECT_FALSE(map.at(at(0)));
  ASSERT_TRUE(map.at(at(12)));
  EXPECT_EQ(map.at(at(12))->label(), "/data");
}

TEST(MemoryMap, TheHeapGrowsAndShrinks) {
  MemoryMap map;
  map.set_break(at(0), {});
  map.set_break(at(4), {});
  EXPECT_EQ(map.at(at(3))->label(), "[heap]");
  map.set_break(at(2), {5, Tid{1}, {}});
  EXPECT_FALSE(map.at(at(3)));
  EXPECT_TRUE(map.at(at(1)));
  ASSERT_TRUE(map.unmapped_at(at(3)));
}

TEST(MemoryMap, ReadsWhatProcSays) {
  MemoryMap map;
  map.replace_by(
      "7f0000000000-7f0000002000 r-xp 00001000 08:01 42                         /lib/my lib.so\n"
      "7f0000003000-7f0000004000 rw-s 00000000 00:00 0 \n"
      "nonsense\n"
      "7f0000009000-7f0000008000 rw-p 00000000 00:00 0\n");
  ASSERT_TRUE(map.at(at(1)));
  EXPECT_EQ(map.at(at(1))->label(), "/lib/my lib.so");
  EXPECT_EQ(map.at(at(1))->permissions(), "r-x");
  EXPECT_EQ(map.at(at(1))->offset, page);
  EXPECT_TRUE(map.at(at(3))->shared);
  EXPECT_EQ(map.all().size(), 2u);
  EXPECT_EQ(map.above(at(2))->start, at(3));
}

TEST(MemoryMap, NonsenseRangesChangeNothing) {
  MemoryMap map;
  map.map(pages(0, 2));
  map.unmap(at(5), at(1), {});
  map.protect(~std::uint64_t{0}, 5, 0, {});
  map.map({.start = at(9), .end = at(9)});
  map.move(at(50), page, at(60), 0, {});
  EXPECT_EQ(map.total(), 2 * page);
}

// A child's changes are its own.
TEST(MemoryModel, ForkedProcessesHaveTheirOwnMaps) {
  MemoryModel memory;
  Model files;
  CallBuilder mmap("mmap", {0, page, 3, 0x22, ~std::uint64_t{0}, 0});
  Call call = mmap.returns(static_cast<std::int64_t>(base)).event();
  call.pid = Pid{1};
  memory.on(call, files, 1);
  memory.on(TaskNew{.pid = Pid{2}, .tid = Tid{2}, .parent_pid = Pid{1}});
  CallBuilder munmap("munmap", {base, page});
  Call gone = munmap.event();
  gone.pid = Pid{2};
  memory.on(gone, files, 2);
  ASSERT_TRUE(memory.map_of(Pid{1}) && memory.map_of(Pid{2}));
  EXPECT_TRUE(memory.map_of(Pid{1})->at(base));
  EXPECT_FALSE(memory.map_of(Pid{2})->at(base));
  memory.on(Exec{.pid = Pid{2}, .tid = Tid{2}, .former_tid = Tid{2}}, files);
  EXPECT_FALSE(memory.map_of(Pid{2}));
}

TEST(MemoryModel, LaysOutWhatAnExecveMaps) {
  MemoryModel memory;
  Model files;
  const std::string_view folder = "/bin";
  files.on(
      Snapshot{.pid = Pid{2}, .tid = Tid{2}, .kind = SnapshotKind::cwd, .data = std::as_bytes(std::span(folder))});
  memory.on(Exec{.pid = Pid{2}, .tid = Tid{2}, .former_tid = Tid{2}, .path = "x"}, files);
  const std::string_view text =
      "code 401000 402100\ndata 404e10 405000\nheap 500000 500000\nstack 7ffffffe0010 7ffffffe0010\nheaders 400040 "
      "400040\nloader 0 0\n";
  memory.on(Snapshot{
      .pid = Pid{2}, .tid = Tid{2}, .kind = SnapshotKind::memory_layout, .data = std::as_bytes(std::span(text))});
  const MemoryMap* const map = memory.map_of(Pid{2});
  ASSERT_TRUE(map);
  EXPECT_EQ(map->at(0x400000)->permissions(), "r--");
  EXPECT_EQ(map->at(0x401500)->permissions(), "r-x");
  EXPECT_EQ(map->at(0x401500)->offset, 0x1000u);
  EXPECT_EQ(map->at(0x401500)->label(), "/bin/x");
  EXPECT_EQ(map->at(0x404e10)->permissions(), "rw-");
  EXPECT_EQ(map->at(0x7ffffffe0000)->label(), "[stack]");
  EXPECT_FALSE(map->at(0x410000));
}

}  // namespace
}  // namespace sysreel
