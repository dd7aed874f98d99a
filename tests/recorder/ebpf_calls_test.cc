// What the eBPF engine makes of single calls: arguments, memory, results.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

TEST(EbpfCalls, KeepsPathsAndBuffersUpToTheirLimits) {
  Collector seen;
  const std::string long_path = "/tmp/" + std::string(3000, 'x');
  record(seen, [&] {
    syscall(SYS_access, "/etc/passwd", R_OK);
    syscall(SYS_access, long_path.c_str(), R_OK);
    const int fd = open("/dev/null", O_WRONLY);
    const std::string hello = "hello";  // resident: /dev/null does not touch what is written
    (void)!write(fd, hello.data(), hello.size());
    const std::string large(5000, 'y');
    (void)!write(fd, large.data(), large.size());
    return 0;
  });
  const auto paths = seen.named("access");
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(paths[0]->at(0, Phase::entry)->data, std::string("/etc/passwd\0", 12));
  EXPECT_EQ(paths[0]->at(0, Phase::entry)->end, BlockEnd::whole);
  EXPECT_EQ(paths[1]->at(0, Phase::entry)->data, long_path + '\0');
  const auto writes = seen.named("write");
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0]->at(1, Phase::entry)->data, "hello");
  EXPECT_EQ(writes[0]->at(1, Phase::entry)->end, BlockEnd::whole);
  EXPECT_EQ(writes[1]->at(1, Phase::entry)->data, std::string(32, 'y'));
  EXPECT_EQ(writes[1]->at(1, Phase::entry)->end, BlockEnd::limit);
  EXPECT_EQ(writes[1]->at(1, Phase::entry)->wanted, 5000u);
}

TEST(EbpfCalls, TellsWhereTheTraceesMemoryEnds) {
  Collector seen;
  record(seen, [] {
    char* const pages = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(pages + 4096, 4096);
    memcpy(pages + 4090, "/abcde", 6);
    syscall(SYS_access, pages + 4090, 0);
    syscall(SYS_access, 16L, 0);
    (void)!write(1000, pages + 4090, 20);
    return 0;
  });
  const auto paths = seen.named("access");
  ASSERT_EQ(paths.size(), 2u);
  ASSERT_TRUE(paths[0]->at(0, Phase::entry));
  EXPECT_EQ(paths[0]->at(0, Phase::entry)->data, "/abcde");
  EXPECT_EQ(paths[0]->at(0, Phase::entry)->end, BlockEnd::fault);
  EXPECT_EQ(paths[1]->at(0, Phase::entry)->data, "");
  EXPECT_EQ(paths[1]->at(0, Phase::entry)->end, BlockEnd::fault);
  const auto writes = seen.named("write");
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0]->at(1, Phase::entry)->data, "/abcde");
  EXPECT_EQ(writes[0]->at(1, Phase::entry)->end, BlockEnd::fault);
}

TEST(EbpfCalls, CopiesWhatACallWroteOnlyAsFarAsItWrote) {
  Collector seen;
  record(seen, [] {
    int ends[2];
    (void)!pipe(ends);
    (void)!write(ends[1], "abc", 3);
    char into[64];
    (void)!read(ends[0], into, sizeof into);
    close(ends[1]);
    (void)!read(ends[0], into, sizeof into);
    (void)!read(-1, into, sizeof into);
    return 0;
  });
  std::vector<const SeenCall*> reads;
  for (const SeenCall* call : seen.named("read")) {
    if (call->call.args[2] == 64) reads.push_back(call);
  }
  ASSERT_EQ(reads.size(), 3u);
  ASSERT_TRUE(reads[0]->at(1, Phase::exit));
  EXPECT_EQ(reads[0]->at(1, Phase::exit)->data, "abc");
  EXPECT_TRUE(reads[1]->blocks.empty());
  EXPECT_TRUE(reads[2]->blocks.empty());
}

TEST(EbpfCalls, FollowsVectorsOfBuffers) {
  Collector seen;
  record(seen, [] {
    const int fd = open("/dev/null", O_WRONLY);
    char first[] = "first", second[] = "and the second one";
    iovec parts[2] = {{first, 5}, {second, 18}};
    (void)!writev(fd, parts, 2);
    return 0;
  });
  const auto calls = seen.named("writev");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_EQ(calls[0]->blocks.size(), 3u);
  EXPECT_EQ(calls[0]->blocks[0].data.size(), 32u);
  EXPECT_EQ(calls[0]->blocks[1].data, "first");
  EXPECT_EQ(calls[0]->blocks[2].data, "and the second one");
}

TEST(EbpfCalls, SharesTheResultAmongTheBuffersOfAVector) {
  Collector seen;
  record(seen, [] {
    int ends[2];
    (void)!pipe(ends);
    (void)!write(ends[1], "abcdefgh", 8);
    char first[5], second[64];
    iovec parts[2] = {{first, 5}, {second, 64}};
    (void)!readv(ends[0], parts, 2);
    return 0;
  });
  const auto calls = seen.named("readv");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_EQ(calls[0]->blocks.size(), 3u);
  EXPECT_EQ(calls[0]->blocks[1].data, "abcde");
  EXPECT_EQ(calls[0]->blocks[2].data, "fgh");
}

TEST(EbpfCalls, KeepsAnInputThatTheCallOverwrites) {
  Collector seen;
  record(seen, [] {
    timespec nap{0, 1'000'000};
    syscall(SYS_nanosleep, &nap, &nap);
    return 0;
  });
  const auto calls = seen.named("nanosleep");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_TRUE(calls[0]->at(0, Phase::entry));
  timespec nap;
  ASSERT_EQ(calls[0]->at(0, Phase::entry)->data.size(), sizeof nap);
  memcpy(&nap, calls[0]->at(0, Phase::entry)->data.data(), sizeof nap);
  EXPECT_EQ(nap.tv_nsec, 1'000'000);
  EXPECT_FALSE(calls[0]->call.has(call_late_input));
}

TEST(EbpfCalls, KeepsAnInputThatTheCallOverwritesAndFails) {
  Collector seen;
  record(seen, [] {
    std::uint32_t header[2] = {0x12345678, 0};  // no version of capget
    syscall(SYS_capget, header, header);
    return 0;
  });
  const auto calls = seen.named("capget");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_TRUE(calls[0]->at(0, Phase::entry));
  EXPECT_EQ(calls[0]->at(0, Phase::entry)->data, std::string("\x78\x56\x34\x12\0\0\0\0", 8));
}

TEST(EbpfCalls, CopiesWordsInFrontOfCountedBytes) {
  Collector seen;
  record(seen, [] {
    struct {
      long type;
      char text[8];
    } message = {77, {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}};
    syscall(SYS_msgsnd, -1, &message, 5, 0);
    return 0;
  });
  const auto calls = seen.named("msgsnd");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_TRUE(calls[0]->at(1, Phase::entry));
  EXPECT_EQ(calls[0]->at(1, Phase::entry)->data, std::string("M\0\0\0\0\0\0\0abcde", 13));
}

TEST(EbpfCalls, CopiesTheFrameFromWhichASignalReturns) {
  Collector seen;
  record(seen, [] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    raise(SIGUSR1);
    return 0;
  });
  const auto calls = seen.named("rt_sigreturn");
  ASSERT_EQ(calls.size(), 1u);
  ASSERT_EQ(calls[0]->blocks.size(), 1u);
  const std::string& frame = calls[0]->blocks[0].data;
  ASSERT_EQ(frame.size(), 304u);
  std::uint64_t mask = 0;
  memcpy(&mask, frame.data() + 296, sizeof mask);
  EXPECT_EQ(mask, 1u << (SIGTERM - 1));
}

TEST(EbpfCalls, MarksTheCallThatWasInFlightAtAttach) {
  Collector seen;
  record(seen, [] { return 0; });
  const auto reads = seen.named("read");  // the gate: found in flight, then ended
  ASSERT_EQ(reads.size(), 2u);
  EXPECT_TRUE(reads[0]->call.has(call_in_flight));
  EXPECT_TRUE(reads[0]->call.has(call_start_unknown));
  EXPECT_FALSE(reads[1]->call.has(call_in_flight));
  EXPECT_TRUE(reads[1]->call.has(call_start_unknown));
  EXPECT_EQ(reads[1]->call.result, 1);
  ASSERT_EQ(seen.tasks.size(), 1u);
  EXPECT_EQ(seen.tasks[0].origin, TaskOrigin::attached);
}

}  // namespace
}  // namespace sysreel
