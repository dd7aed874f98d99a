#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at_fdcwd = static_cast<std::uint64_t>(-100);

TEST(CallText, PrintsArgumentsInOrder) {
  EXPECT_EQ(render(CallBuilder("openat", {at_fdcwd, 0x1000, 0x80000}).in_string(0x1000, "/etc/passwd").returns(3)),
            "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");
}

TEST(CallText, ShowsTheModeOnlyWhereAFileMayBeMade) {
  EXPECT_EQ(render(CallBuilder("openat", {at_fdcwd, 0x1000, 0x41, 0644}).in_string(0x1000, "x").returns(3)),
            "openat(AT_FDCWD, \"x\", O_WRONLY|O_CREAT, 0644) = 3");
}

TEST(CallText, NamesTheError) {
  EXPECT_EQ(render(CallBuilder("close", {static_cast<std::uint64_t>(-1)}).fails(9)), "close(-1) = -1 EBADF (Bad file descriptor)");
}

TEST(CallText, PrintsAnUnreadablePathAsItsAddress) {
  EXPECT_EQ(render(CallBuilder("chdir", {0x1000}).fails(14)), "chdir(0x1000) = -1 EFAULT (Bad address)");
}

TEST(CallText, SplitsWhereTheFirstOutputBegins) {
  CallBuilder call("read", {3, 0x1000, 10});
  call.out(0x1000, "abc").returns(3);
  EXPECT_EQ(call.entry_half(), "read(3, ");
  EXPECT_EQ(call.exit_half(), "\"abc\", 10) = 3");
}

TEST(CallText, ShowsAnOutputOfAFailedCallAsItsAddress) {
  EXPECT_EQ(render(CallBuilder("read", {3, 0x1000, 10}).fails(9)), "read(3, 0x1000, 10) = -1 EBADF (Bad file descriptor)");
}

TEST(CallText, EscapesTheShortestWay) {
  const std::string data("\0a\0001\n\"\\\x80\x7f", 9);
  EXPECT_EQ(render(CallBuilder("write", {1, 0x1000, 9}).in(0x1000, data).returns(9)),
            R"(write(1, "\0a\0001\n\"\\\200\177", 9) = 9)");
}

TEST(CallText, CutsDataAtTheStringLimit) {
  CallBuilder call("write", {1, 0x1000, 5});
  call.in(0x1000, "abcde").returns(5);
  call.options.string_limit = 3;
  EXPECT_EQ(call.text(), R"(write(1, "abc"..., 5) = 5)");
}

TEST(CallText, SaysThatARestartedCallHasNoResult) {
  EXPECT_EQ(render(CallBuilder("getpid", {}).returns(-512)), "getpid() = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
}

}  // namespace
}  // namespace sysreel::testing
