// Memory, clocks and waiting for descriptors.
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr int e_inval = 22, e_fault = 14, e_noent = 2;

struct Timespec {
  std::int64_t seconds, nanos;
};
struct PollFd {
  std::int32_t fd;
  std::int16_t events, revents;
};

TEST(Mmap, SplitsTypeFlagsAndHugePageSize) {
  EXPECT_EQ(render(CallBuilder("mmap", {0, 8192, 3, 0x22, ~0ull, 0}).returns(0x7f0000000000)),
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000");
  EXPECT_EQ(render(CallBuilder("mmap", {0, 8192, 0, 0x54040022, ~0ull, 0x1000}).fails(e_inval)),
            "mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0x1000) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(render(CallBuilder("mmap", {0, 1, 0, 0, 3, 0}).fails(e_inval)), "mmap(NULL, 1, PROT_NONE, MAP_FILE, 3, 0) = -1 EINVAL (Invalid argument)");
}

TEST(Mremap, HasANewAddressOnlyWithTheFlagsThatUseIt) {
  EXPECT_EQ(render(CallBuilder("mremap", {0x1000, 1, 2, 1, 0x9000}).returns(0x1000)), "mremap(0x1000, 1, 2, MREMAP_MAYMOVE) = 0x1000");
  EXPECT_EQ(render(CallBuilder("mremap", {0x1000, 1, 2, 3, 0x9000}).returns(0x9000)), "mremap(0x1000, 1, 2, MREMAP_MAYMOVE|MREMAP_FIXED, 0x9000) = 0x9000");
}

TEST(SetMempolicy, PrintsWholeWordsOfTheNodeMask) {
  EXPECT_EQ(render(CallBuilder("set_mempolicy", {0x8002, 0x2000, 64}).in(0x2000, std::string("\1\0\0\0\0\0\0\0", 8))),
            "set_mempolicy(MPOL_BIND|MPOL_F_STATIC_NODES, [0x00000000000001], 64) = 0");
  EXPECT_EQ(render(CallBuilder("set_mempolicy", {0, 0, 0})), "set_mempolicy(MPOL_DEFAULT, NULL, 0) = 0");
}

TEST(MovePages, StatusIsANodeOrAnError) {
  EXPECT_EQ(render(CallBuilder("move_pages", {0, 2, 0x2000, 0, 0x3000, 2}).in(0x2000, std::string(16, '\1')).out(0x3000, std::string("\0\0\0\0\xfe\xff\xff\xff", 8))),
            "move_pages(0, 2, [0x101010101010101, 0x101010101010101], NULL, [0, -ENOENT], MPOL_MF_MOVE) = 0");
}

TEST(MemfdCreate, ShowsTheLogarithmOfThePageSize) {
  EXPECT_EQ(render(CallBuilder("memfd_create", {0x1000, 0x54000005}).in_string(0x1000, "m").returns(3)),
            "memfd_create(\"m\", MFD_CLOEXEC|MFD_HUGETLB|21<<MFD_HUGE_SHIFT) = 3");
}

TEST(Nanosleep, ShowsWhatIsLeftOnlyAfterASignal) {
  const Timespec asked{5, 0}, left{4, 999};
  EXPECT_EQ(render(CallBuilder("nanosleep", {0x1000, 0x2000}).in_object(0x1000, asked)), "nanosleep({tv_sec=5, tv_nsec=0}, 0x2000) = 0");
  EXPECT_EQ(render(CallBuilder("nanosleep", {0x1000, 0x2000}).in_object(0x1000, asked).out_object(0x2000, left).returns(-516)),
            "nanosleep({tv_sec=5, tv_nsec=0}, {tv_sec=4, tv_nsec=999}) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)");
}

TEST(Clocks, NegativeNumbersNameTheirOwner) {
  const Timespec time{1, 2};
  EXPECT_EQ(render(CallBuilder("clock_gettime", {1, 0x2000}).out_object(0x2000, time)), "clock_gettime(CLOCK_MONOTONIC, {tv_sec=1, tv_nsec=2}) = 0");
  EXPECT_EQ(render(CallBuilder("clock_gettime", {0xfffffffe, 0x2000}).fails(e_inval)),
            "clock_gettime(MAKE_THREAD_CPUCLOCK(0, CPUCLOCK_SCHED), 0x2000) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(render(CallBuilder("clock_gettime", {0xfffffffb, 0x2000}).fails(e_inval)),
            "clock_gettime(FD_TO_CLOCKID(0), 0x2000) = -1 EINVAL (Invalid argument)");
}

TEST(Utimensat, KnowsNowAndOmit) {
  const Timespec times[2] = {{0, 0x3fffffff}, {0, 0x3ffffffe}};
  EXPECT_EQ(render(CallBuilder("utimensat", {3, 0, 0x2000, 0}).in_object(0x2000, times)), "utimensat(3, NULL, [UTIME_NOW, UTIME_OMIT], 0) = 0");
}

TEST(Adjtimex, TellsTheStateOfTheClock) {
  EXPECT_EQ(render(CallBuilder("adjtimex", {0x2000}).fails(e_fault)), "adjtimex(0x2000) = -1 EFAULT (Bad address)");
  EXPECT_NE(render(CallBuilder("adjtimex", {0x2000}).out(0x2000, std::string(208, '\0')).returns(5)).find("tai=0}) = 5 (TIME_ERROR)"), std::string::npos);
}

TEST(Poll, ShowsWhatIsReadyBehindTheResult) {
  const PollFd before[2] = {{3, 1, 0}, {-1, 1, 0}}, after[2] = {{3, 1, 1}, {-1, 1, 0}};
  const auto call = [&] { return CallBuilder("poll", {0x2000, 2, 100}).in_object(0x2000, before).out_object(0x2000, after); };
  EXPECT_EQ(call().returns(1).text(), "poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 100) = 1 ([{fd=3, revents=POLLIN}])");
  EXPECT_EQ(call().returns(0).text(), "poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 100) = 0 (Timeout)");
  EXPECT_EQ(render(CallBuilder("poll", {0x2000, 2, 100}).in_object(0x2000, before[0]).fails(e_fault)),
            "poll([{fd=3, events=POLLIN}, ... /* 0x2008 */], 2, 100) = -1 EFAULT (Bad address)");
}

TEST(Select, ShowsTheSetsThatAreReadyAndTheTimeLeft) {
  const std::uint64_t asked = 0x9, ready = 0x8;
  const Timespec timeout{1, 0}, left{0, 500};
  CallBuilder call("select", {4, 0x2000, 0, 0, 0x3000});
  EXPECT_EQ(call.in_object(0x2000, asked).out_object(0x2000, ready).in_object(0x3000, timeout).out_object(0x3000, left).returns(1).text(),
            "select(4, [0 3], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [3], left {tv_sec=0, tv_usec=500})");
  EXPECT_EQ(render(CallBuilder("select", {4, 0, 0, 0, 0x3000}).in_object(0x3000, timeout).returns(0)),
            "select(4, NULL, NULL, NULL, {tv_sec=1, tv_usec=0}) = 0 (Timeout)");
}

TEST(Epoll, EventsArePackedOnX86) {
  EXPECT_EQ(render(CallBuilder("epoll_wait", {3, 0x2000, 8, 10}).out(0x2000, std::string("\1\0\0\0\7\0\0\0\0\0\0\0", 12)).returns(1)),
            "epoll_wait(3, [{events=EPOLLIN, data={u32=7, u64=7}}], 8, 10) = 1");
  EXPECT_EQ(render(CallBuilder("epoll_wait", {3, 0x2000, 8, 0}).returns(0)), "epoll_wait(3, [], 8, 0) = 0");
  EXPECT_EQ(render(CallBuilder("epoll_ctl", {3, 2, 4, 0x2000}).fails(e_noent)), "epoll_ctl(3, EPOLL_CTL_DEL, 4, 0x2000) = -1 ENOENT (No such file or directory)");
}

TEST(Aarch64, HasItsOwnLayouts) {
  EXPECT_EQ(render(CallBuilder("epoll_pwait", {3, 0x2000, 8, 10, 0, 8}, Abi::aarch64)
                       .out(0x2000, std::string("\1\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0", 16)).returns(1)),
            "epoll_pwait(3, [{events=EPOLLIN, data={u32=7, u64=7}}], 8, 10, NULL, 8) = 1");
}

}  // namespace
}  // namespace sysreel::testing
