#include "format/abi/syscall_set.h"

#include <gtest/gtest.h>

#include "format/abi/abi.h"

namespace sysreel::abi {
namespace {

SyscallNr nr(Abi abi, std::string_view name) { return number_of(abi, name).value(); }

bool has(const Result<SyscallSet>& set, std::string_view name) { return set.ok() && set->has(Abi::x86_64, nr(Abi::x86_64, name)); }

std::string failure_of(std::string_view expression) {
  const auto set = parse_syscall_set(expression);
  return set.ok() ? "" : set.error().message;
}

TEST(SyscallSet, NamesAndNumbersChooseSingleCalls) {
  const auto set = parse_syscall_set("openat,1");
  EXPECT_TRUE(has(set, "openat"));
  EXPECT_TRUE(has(set, "write"));
  EXPECT_FALSE(has(set, "read"));
}

TEST(SyscallSet, NumbersWithoutANameAreInEverySet) {
  EXPECT_TRUE(parse_syscall_set("none")->has(Abi::x86_64, SyscallNr{0xbad}));
  EXPECT_TRUE(parse_syscall_set("read")->has(Abi::x86_64, SyscallNr{-1}));
}

TEST(SyscallSet, AnExclamationMarkInverts) {
  const auto set = parse_syscall_set("!openat,read");
  EXPECT_FALSE(has(set, "openat"));
  EXPECT_FALSE(has(set, "read"));
  EXPECT_TRUE(has(set, "write"));
}

TEST(SyscallSet, AllAndNoneAndTheirInverses) {
  EXPECT_TRUE(has(parse_syscall_set("all"), "read"));
  EXPECT_TRUE(has(parse_syscall_set("!none"), "read"));
  EXPECT_FALSE(has(parse_syscall_set("none"), "read"));
  EXPECT_FALSE(has(parse_syscall_set("!all"), "read"));
}

TEST(SyscallSet, ClassesWithAndWithoutThePercentSign) {
  EXPECT_TRUE(has(parse_syscall_set("%file"), "openat"));
  EXPECT_TRUE(has(parse_syscall_set("file"), "openat"));
  EXPECT_FALSE(has(parse_syscall_set("%file"), "read"));
  EXPECT_EQ(failure_of("creds"), "invalid system call 'creds'") << "this class has no bare name";
}

TEST(SyscallSet, RegularExpressions) {
  const auto set = parse_syscall_set("/^open");
  EXPECT_TRUE(has(set, "open"));
  EXPECT_TRUE(has(set, "openat"));
  EXPECT_FALSE(has(set, "read"));
  EXPECT_TRUE(failure_of("/+id").starts_with("regcomp: +id: "));
}

// As a hostile reel may have them: glibc would take gigabytes for these.
TEST(SyscallSet, RegularExpressionsThatWouldGrowWithoutBoundAreRefused) {
  EXPECT_EQ(failure_of("/" + std::string(40, '+')), "regcomp: " + std::string(40, '+') + ": Regular expression too big");
  EXPECT_NE(failure_of("/((a{99}){99}){99}"), "");
  EXPECT_NE(failure_of("/a{99999999999999999999}"), "");
  EXPECT_EQ(failure_of("/^(open|read)+{3}$|x,read"), "");
  EXPECT_NE(failure_of(std::string(20000, ',')), "");
}

TEST(SyscallSet, SaysWhichValueIsInvalid) {
  EXPECT_EQ(failure_of("openat,nonsense"), "invalid system call 'nonsense'");
  EXPECT_EQ(failure_of("!nonsense"), "invalid system call 'nonsense'");
  EXPECT_EQ(failure_of("!,"), "invalid system call '!,'");
  EXPECT_EQ(failure_of(""), "invalid system call ''");
  EXPECT_EQ(failure_of("1,none"), "invalid system call 'none'");
  EXPECT_EQ(failure_of("4294967296"), "invalid system call '4294967296'");
  EXPECT_EQ(failure_of("nonsense@64"), "invalid system call 'nonsense@64'");
}

TEST(SyscallSet, AQuestionMarkForgives) { EXPECT_EQ(failure_of("?nonsense,openat"), ""); }

TEST(SyscallSet, APersonalityLimitsAValue) {
  const auto set = parse_syscall_set("openat@64");
  EXPECT_TRUE(has(set, "openat"));
  EXPECT_FALSE(set->has(Abi::i386, SyscallNr{295}));
  EXPECT_EQ(failure_of("openat@42"), "incorrect personality designator '42' in qualification 'openat@42'");
}

}  // namespace
}  // namespace sysreel::abi
