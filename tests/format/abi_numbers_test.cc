// The committed number tables against the kernel headers of the build host, which end earlier than the tables do.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "format/abi/abi.h"

namespace sysreel::abi {
namespace {

// Every "#define __NR_name number" of a header, `offset` subtracted.
std::map<std::string, int> numbers_in(const std::string& path) {
  std::ifstream header(path);
  EXPECT_TRUE(header) << path;
  static const std::regex definition(R"(#define __NR(?:3264)?_(\w+) (?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?)");
  std::map<std::string, int> numbers;
  std::string line;
  std::smatch match;
  while (std::getline(header, line)) {
    if (std::regex_match(line, match, definition)) numbers[match[1]] = std::stoi(match[2]);
  }
  EXPECT_GT(numbers.size(), 200u) << path;
  return numbers;
}

// The headers' name of a call, where it differs from the one that strace prints.
std::string printed_name(Abi abi, const std::string& name) {
  if (abi == Abi::aarch64 && name == "umount") return "umount2";
  if (abi == Abi::aarch64 && name == "fstatat") return "newfstatat";
  return name;
}

void expect_table_agrees(Abi abi, const std::string& header) {
  for (const auto& [name, number] : numbers_in(header)) {
    if (name == "syscalls" || name == "arch_specific_syscall" || name == "sync_file_range2") continue;
    if (abi == Abi::aarch64 && number >= 403 && number <= 423) continue;  // 32-bit only
    const SyscallRow* row = row_of(abi, SyscallNr{number});
    ASSERT_NE(row, nullptr) << name << " " << number;
    EXPECT_EQ(row->name, printed_name(abi, name)) << number;
  }
}

TEST(NumberTables, AgreeWithTheInstalledHeaders) {
  expect_table_agrees(Abi::x86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
  expect_table_agrees(Abi::i386, "/usr/include/x86_64-linux-gnu/asm/unistd_32.h");
  expect_table_agrees(Abi::x32, "/usr/include/x86_64-linux-gnu/asm/unistd_x32.h");
  expect_table_agrees(Abi::aarch64, "/usr/include/asm-generic/unistd.h");
}

TEST(NumberTables, ReachTheNewestCallOnEveryAbi) {
  for (Abi abi : {Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64}) {
    for (int number = 424; number <= 471; ++number) {
      EXPECT_NE(row_of(abi, SyscallNr{number}), nullptr) << name_of(abi) << " " << number;
    }
  }
  EXPECT_EQ(number_of(Abi::x86_64, "listns"), SyscallNr{470});
  EXPECT_EQ(number_of(Abi::aarch64, "openat"), SyscallNr{56});
  EXPECT_EQ(number_of(Abi::i386, "openat"), SyscallNr{295});
}

TEST(NumberTables, X86HasNoHoleBelowTheReservedRange) {
  for (int number = 0; number <= 334; ++number) EXPECT_NE(row_of(Abi::x86_64, SyscallNr{number}), nullptr) << number;
}

// Calls that strace, too, prints as bare numbers: what no kernel implements.
const std::set<std::string> bare_calls = {"create_module", "get_kernel_syms", "query_module", "nfsservctl", "getpmsg", "putpmsg",
    "afs_syscall", "tuxcall", "security", "epoll_ctl_old", "epoll_wait_old", "vserver"};

TEST(NumberTables, GiveEveryX86CallAFullRow) {
  int calls = 0;
  for (int number = 0; number <= 471; ++number) {
    if (number >= 337 && number < 424) continue;  // reserved: numbers that all ABIs share begin at 424
    const SyscallRow* row = row_of(Abi::x86_64, SyscallNr{number});
    ASSERT_NE(row, nullptr) << number;
    ++calls;
    const bool bare = !row->args.empty() && std::all_of(row->args.begin(), row->args.end(), [](const Arg& arg) {
      return arg.type.kind == Kind::hex_word;
    });
    EXPECT_EQ(bare, bare_calls.contains(std::string(row->name))) << row->name;
  }
  EXPECT_EQ(calls, 337 + 48);
}

TEST(NumberTables, IgnoreTheBitThatMarksX32Calls) {
  EXPECT_EQ(row_of(Abi::x32, SyscallNr{0x40000000 | 257}), row_of(Abi::x32, SyscallNr{257}));
  EXPECT_EQ(row_of(Abi::x32, SyscallNr{0x40000000 | 512})->name, "rt_sigaction");
}

TEST(NumberTables, GiveCallsOfOneNameTheSignatureOfTheirAbi) {
  EXPECT_EQ(row_of(Abi::x86_64, SyscallNr{9})->args.size(), 6u);
  EXPECT_EQ(row_of(Abi::i386, SyscallNr{90})->args.size(), 1u);
  EXPECT_EQ(row_of(Abi::i386, SyscallNr{90})->name, "mmap");
}

}  // namespace
}  // namespace sysreel::abi
