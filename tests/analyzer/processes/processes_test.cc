// Processes, limits, scheduling, ipc, futexes and prctl: calls in situations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr int enoent = 2, efault = 14, einval = 22;

TEST(Clone, ShowsWhatTheFlagsAskFor) {
  EXPECT_EQ(CallBuilder("clone", {0x11, 0, 0, 0, 0}).returns(7).text(), "clone(child_stack=NULL, flags=SIGCHLD) = 7");
  CallBuilder call("clone", {0x1180011, 0x1000, 0x2000, 0x3000, 0x4000});
  call.out_object(0x2000, std::int32_t{9}).returns(9);
  EXPECT_EQ(call.text(),
            "clone(child_stack=0x1000, flags=CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_SETTID|SIGCHLD, parent_tid=[9], "
            "tls=0x4000, child_tidptr=0x3000) = 9");
}

TEST(Clone, SplitsBeforeWhatTheKernelReports) {
  CallBuilder call("clone", {0x100011, 0, 0x2000, 0, 0});
  call.out_object(0x2000, std::int32_t{9}).returns(9);
  EXPECT_EQ(call.entry_half(), "clone(child_stack=NULL, flags=CLONE_PARENT_SETTID|SIGCHLD, ");
}

TEST(Wait, NamesTheStatusOfEachEnd) {
  const auto waited = [](std::uint32_t status) {
    CallBuilder call("wait4", {~std::uint64_t{0}, 0x1000, 0, 0});
    return call.out_object(0x1000, status).returns(5).text();
  };
  EXPECT_EQ(waited(0x2a00), "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 42}], 0, NULL) = 5");
  EXPECT_EQ(waited(0x8b), "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 5");
  EXPECT_EQ(waited(0x137f), "wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], 0, NULL) = 5");
  EXPECT_EQ(waited(0xffff), "wait4(-1, [{WIFCONTINUED(s)}], 0, NULL) = 5");
  EXPECT_EQ(waited(0x857f), "wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}], 0, NULL) = 5");
}

TEST(Wait, ShowsAddressesWhenNoChildWasFound) {
  EXPECT_EQ(CallBuilder("wait4", {5, 0x1000, 1, 0x2000}).returns(0).text(), "wait4(5, 0x1000, WNOHANG, 0x2000) = 0");
}

TEST(Limits, PrintUnitsAndInfinity) {
  CallBuilder call("prlimit64", {0, 3, 0, 0x1000});
  call.out_object(0x1000, std::array<std::uint64_t, 2>{8192 * 1024, ~std::uint64_t{0}});
  EXPECT_EQ(call.text(), "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0");
}

TEST(Scheduling, ACpuSetListsProcessors) {
  CallBuilder call("sched_getaffinity", {0, 8, 0x1000});
  call.out_object(0x1000, std::uint64_t{0x8000000000000005}).returns(8);
  EXPECT_EQ(call.text(), "sched_getaffinity(0, 8, [0 2 63]) = 8");
}

TEST(Scheduling, ThePolicyStandsBehindTheResult) {
  EXPECT_EQ(CallBuilder("sched_getscheduler", {0}).returns(2).text(), "sched_getscheduler(0) = 2 (SCHED_RR)");
}

TEST(Ipc, KeysAndPermissionsOfShmget) {
  EXPECT_EQ(CallBuilder("shmget", {0, 4096, 01600}).returns(3).text(), "shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600) = 3");
  EXPECT_EQ(CallBuilder("shmget", {0x1234, 1, 0}).fails(enoent).text(), "shmget(0x1234, 1, 000) = -1 ENOENT (No such file or directory)");
}

TEST(Ipc, AMessageIsItsTypeAndItsText) {
  std::string message("\x07\0\0\0\0\0\0\0hi", 10);
  EXPECT_EQ(CallBuilder("msgsnd", {1, 0x1000, 2, 0}).in(0x1000, message).text(), "msgsnd(1, {mtype=7, mtext=\"hi\"}, 2, 0) = 0");
}

TEST(Ipc, SemaphoreOperationsEndWhereTheMemoryEnds) {
  const std::array<std::int16_t, 3> operation{1, -1, 0x1000};
  CallBuilder call("semop", {9, 0x1000, 2});
  call.in(0x1000, {reinterpret_cast<const char*>(operation.data()), 6}, BlockEnd::fault).fails(efault);
  EXPECT_EQ(call.text(), "semop(9, [{sem_num=1, sem_op=-1, sem_flg=SEM_UNDO}, ... /* 0x1006 */], 2) = -1 EFAULT (Bad address)");
}

TEST(Futex, EachOperationTakesItsOwnArguments) {
  EXPECT_EQ(CallBuilder("futex", {0x1000, 0x81, 1}).returns(0).text(), "futex(0x1000, FUTEX_WAKE_PRIVATE, 1) = 0");
  EXPECT_EQ(CallBuilder("futex", {0x1000, 0x189, 2, 0, 0, 0xffffffff}).fails(einval).text(),
            "futex(0x1000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 2, NULL, FUTEX_BITSET_MATCH_ANY) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(CallBuilder("futex", {0x1000, 7}).text(), "futex(0x1000, FUTEX_UNLOCK_PI) = 0");
  EXPECT_EQ(CallBuilder("futex", {0x1000, 5, 1, 2, 0x2000, 0x84000001}).text(),
            "futex(0x1000, FUTEX_WAKE_OP, 1, 2, 0x2000, FUTEX_OP_OPARG_SHIFT<<28|FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_GT<<24|0x1) = 0");
}

TEST(Prctl, ANameIsNotReadBeyondFifteenCharacters) {
  EXPECT_EQ(CallBuilder("prctl", {15, 0x1000}).in_string(0x1000, "short").text(), "prctl(PR_SET_NAME, \"short\") = 0");
  EXPECT_EQ(CallBuilder("prctl", {15, 0x1000}).in_string(0x1000, "0123456789abcdefgh").text(),
            "prctl(PR_SET_NAME, \"0123456789abcde\"...) = 0");
}

TEST(Prctl, FlagsOfTheResultStandBehindIt) {
  EXPECT_EQ(CallBuilder("prctl", {66, 0, 0, 0, 0}).returns(5).text(), "prctl(PR_GET_MDWE, 0, 0, 0, 0) = 0x5 (PR_MDWE_REFUSE_EXEC_GAIN|0x4)");
  EXPECT_EQ(CallBuilder("prctl", {3}).returns(1).text(), "prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)");
}

TEST(Personality, TheFormerOneStandsBehindTheResult) {
  EXPECT_EQ(CallBuilder("personality", {0xffffffff}).returns(0x40000).text(),
            "personality(0xffffffff) = 0x40000 (PER_LINUX|ADDR_NO_RANDOMIZE)");
}

}  // namespace
}  // namespace sysreel::testing
