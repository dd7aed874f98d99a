// Signals: numbers, sets, actions, and siginfo_t.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t einval = 22, efault = 14;

// struct kernel_sigaction of x86_64.
struct Action {
  std::uint64_t handler, flags, restorer, mask;
};

TEST(Signals, PrintAsNamesUpToTheLastRealTimeOne) {
  EXPECT_EQ(CallBuilder("kill", {1, 15}).text(), "kill(1, SIGTERM) = 0");
  EXPECT_EQ(CallBuilder("kill", {1, 32}).text(), "kill(1, SIGRTMIN) = 0");
  EXPECT_EQ(CallBuilder("kill", {1, 64}).text(), "kill(1, SIGRT_32) = 0");
  EXPECT_EQ(CallBuilder("kill", {1, 65}).fails(einval).text(), "kill(1, 65) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(CallBuilder("kill", {~0ull - 4, 0}).text(), "kill(-5, 0) = 0");
}

TEST(Signals, ASetPrintsItsMembersAndANearlyFullOneWhatIsMissing) {
  CallBuilder call("rt_sigprocmask", {0, 0x1000, 0x2000, 8});
  call.in_object(0x1000, std::uint64_t{0x4003}).out_object(0x2000, ~std::uint64_t{0x180000000});
  EXPECT_EQ(call.text(), "rt_sigprocmask(SIG_BLOCK, [HUP INT TERM], ~[RTMIN RT_1], 8) = 0");
}

TEST(Signals, ASetOfAStrangeSizePrintsAsItsAddress) {
  CallBuilder call("rt_sigprocmask", {0, 0x1000, 0, 16});
  call.in_object(0x1000, std::uint64_t{1}).fails(einval);
  EXPECT_EQ(call.text(), "rt_sigprocmask(SIG_BLOCK, 0x1000, NULL, 16) = -1 EINVAL (Invalid argument)");
}

TEST(Signals, AnUnreadableSetPrintsAsItsAddress) {
  CallBuilder call("rt_sigsuspend", {0x1000, 8});
  call.in(0x1000, "\x01\x02", BlockEnd::fault).fails(efault);
  EXPECT_EQ(call.text(), "rt_sigsuspend(0x1000, 8) = -1 EFAULT (Bad address)");
}

TEST(Signals, AnActionShowsItsRestorerOnlyIfItHasOne) {
  CallBuilder call("rt_sigaction", {2, 0x1000, 0x2000, 8});
  call.in_object(0x1000, Action{0x401000, 0x14000000, 0x7f00, 2}).out_object(0x2000, Action{0, 0, 0x99, 0});
  EXPECT_EQ(call.text(),
            "rt_sigaction(SIGINT, {sa_handler=0x401000, sa_mask=[INT], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f00}, "
            "{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0");
}

TEST(Signals, SigtimedwaitNamesTheSignalThatCame) {
  struct {
    std::int32_t signo = 14, error = 0, code = -6, pad = 0, pid = 77;
    std::uint32_t uid = 5;
    std::byte rest[104] = {};
  } info;
  CallBuilder call("rt_sigtimedwait", {0x1000, 0x2000, 0, 8});
  call.in_object(0x1000, std::uint64_t{0x2000}).out_object(0x2000, info).returns(14);
  EXPECT_EQ(call.text(),
            "rt_sigtimedwait([ALRM], {si_signo=SIGALRM, si_code=SI_TKILL, si_pid=77, si_uid=5}, NULL, 8) = 14 (SIGALRM)");
}

TEST(Signals, SigreturnShowsTheMaskOfTheFrame) {
  std::string frame(304, '\0');
  frame[296] = 2;
  EXPECT_EQ(CallBuilder("rt_sigreturn", {0x55}).in(0x7ffe0000, frame).text(), "rt_sigreturn({mask=[INT]}) = 0");
}

TEST(Signals, OldCallsOfI386TakeTheMaskByValue) {
  EXPECT_EQ(CallBuilder("sigsuspend", {0, 0, 0x4002}, Abi::i386).fails(514).text(),
            "sigsuspend(0, 0, [INT TERM]) = ? ERESTARTNOHAND (To be restarted if no handler)");
  EXPECT_EQ(CallBuilder("signal", {2, 1}, Abi::i386).text(), "signal(SIGINT, SIG_IGN) = 0 (SIG_DFL)");
}

}  // namespace
}  // namespace sysreel::testing
