#include "analyzer/symbols/symbols.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace sysreel {
namespace {

TEST(Symbols, NamesAFunctionAndOnlyItsOwnBytes) {
  Symbols symbols;
  // Wherever it lies: some offset of the file belongs to write_through, and its beginning has offset 0.
  std::size_t named = 0;
  bool begin = false;
  for (std::uint64_t offset = 0; offset < 0x10000; ++offset) {
    const auto symbol = symbols.find(BUILD_DIR "/programs/faults", offset);
    if (!symbol || symbol->name != "write_through") continue;
    ++named;
    begin |= symbol->offset == 0;
  }
  EXPECT_GT(named, 3u);
  EXPECT_LT(named, 200u);
  EXPECT_TRUE(begin);
}

TEST(Symbols, WhatIsNoElfFileHasNone) {
  Symbols symbols;
  for (const std::string_view path : {"/no/such/file", SOURCE_DIR "/README.md"}) {
    EXPECT_FALSE(symbols.find(path, 0)) << path;
    EXPECT_EQ(symbols.source_line(path, 0), "") << path;
    EXPECT_EQ(symbols.build_id(path), "") << path;
  }
}

TEST(Symbols, APlaceBehindTheFileHasNone) {
  Symbols symbols;
  EXPECT_FALSE(symbols.find("/proc/self/exe", std::uint64_t{1} << 40).has_value());
}

TEST(Symbols, TellTheBuild) {
  Symbols symbols;
  const std::string faults = symbols.build_id(BUILD_DIR "/programs/faults");
  EXPECT_EQ(faults.size(), 40u);
  EXPECT_EQ(faults.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(faults, symbols.build_id("/proc/self/exe"));
}

TEST(Symbols, DoNotWaitForAPipe) {
  const std::string path = ::testing::TempDir() + "/symbols-pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Symbols symbols;
  EXPECT_FALSE(symbols.find(path, 0));
  std::remove(path.c_str());
}

TEST(Symbols, ACutFileDoesNoHarm) {
  std::ifstream whole(BUILD_DIR "/programs/faults", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  ASSERT_GT(bytes.size(), 4096u);
  const std::string path = ::testing::TempDir() + "/cut-elf";
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{16}, std::size_t{64}, std::size_t{1000}, bytes.size() / 2, bytes.size() - 100}) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, length);
    Symbols symbols;
    static_cast<void>(symbols.build_id(path));
    static_cast<void>(symbols.find(path, 0x1000));
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace sysreel
