#include "analyzer/symbols/elf_symbols.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sysreel {
namespace {

TEST(ElfSymbols, NamesAFunctionAndOnlyItsOwnBytes) {
  const auto file = ElfSymbols::open(BUILD_DIR "/programs/faults");
  ASSERT_TRUE(file);
  // Wherever it lies: some offset of the file belongs to write_through, and its beginning has offset 0.
  std::size_t named = 0;
  bool begin = false;
  for (std::uint64_t offset = 0; offset < 0x10000; ++offset) {
    const auto hit = file->at_file_offset(offset);
    if (!hit || hit->name != "write_through") continue;
    ++named;
    begin |= hit->offset == 0;
  }
  EXPECT_GT(named, 3u);
  EXPECT_LT(named, 200u);
  EXPECT_TRUE(begin);
}

TEST(ElfSymbols, WhatIsNoElfFileHasNone) {
  EXPECT_FALSE(ElfSymbols::open("/no/such/file"));
  EXPECT_FALSE(ElfSymbols::open(SOURCE_DIR "/README.md"));
}

TEST(ElfSymbols, ACutFileDoesNoHarm) {
  std::ifstream whole(BUILD_DIR "/programs/faults", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  ASSERT_GT(bytes.size(), 4096u);
  const std::string path = ::testing::TempDir() + "/cut-elf";
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{16}, std::size_t{64}, std::size_t{1000}, bytes.size() / 2, bytes.size() - 100}) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, length);
    const auto file = ElfSymbols::open(path);
    if (file) static_cast<void>(file->at_file_offset(0x1000));
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace sysreel
