// Calls, finished and in flight, as both engines deliver them. Kept small: a ptrace stop costs up to a tenth of a millisecond.
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <atomic>
#include <thread>

#include "recorder/proc.h"
#include "tests/recorder/engines.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

class EnginesCalls : public Engines {};
INSTANTIATE_TEST_SUITE_P(Each, EnginesCalls, ::testing::Values("ebpf", "ptrace"), engine_of);

TEST_P(EnginesCalls, DeliverArgumentsResultAndDuration) {
  Collector seen;
  trace(seen, [] {
    syscall(SYS_getpriority, 0x1122334455667788, 2, 3, 4, 5, 6);
    timespec nap{0, 3'000'000};
    nanosleep(&nap, nullptr);
    return 0;
  });
  const auto calls = seen.named("getpriority");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0]->call.args, (std::array<std::uint64_t, 6>{0x1122334455667788, 2, 3, 4, 5, 6}));
  EXPECT_EQ(calls[0]->call.result, -EINVAL);
  EXPECT_EQ(calls[0]->call.abi, Abi::x86_64);
  EXPECT_NE(calls[0]->call.ip, 0u);
  const auto naps = seen.named("clock_nanosleep");
  ASSERT_EQ(naps.size(), 1u);
  EXPECT_GE(naps[0]->call.duration.value, 3'000'000);
}

TEST_P(EnginesCalls, CopyTheMemoryOfACall) {
  Collector seen;
  const int status = trace(seen, [] {
    const int fd = open("/dev/null", O_RDWR);
    const std::string hello = "hello";  // resident: /dev/null does not touch what is written
    if (write(fd, hello.data(), hello.size()) != 5) return 1;
    char buffer[8];
    return read(fd, buffer, sizeof buffer) == 0 ? 7 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  ASSERT_EQ(seen.named("write").size(), 1u);
  const SeenCall& write_call = *seen.named("write")[0];
  EXPECT_EQ(write_call.call.result, 5);
  ASSERT_TRUE(write_call.at(1, Phase::entry));
  EXPECT_EQ(write_call.at(1, Phase::entry)->data, "hello");
  ASSERT_EQ(seen.facts.size(), 1u);
  EXPECT_EQ(seen.fact_paths[0], "/dev/null");
  EXPECT_EQ(seen.facts[0].kind, FdKind::char_device);
}

TEST_P(EnginesCalls, CopyWhatIsReceivedWithAndWithoutAnAddress) {
  Collector seen;
  trace(seen, [] {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, name, length) != 0 || getsockname(fd, name, &length) != 0) return 1;
    const std::string text = "twelve bytes";
    char buffer[64] = {};
    for (int i = 0; i < 3; ++i) {
      if (sendto(fd, text.data(), text.size(), 0, name, length) != 12) return 1;
    }
    if (recv(fd, buffer, sizeof buffer, 0) != 12) return 1;
    if (recv(fd, buffer, 4, MSG_TRUNC) != 12) return 1;  // more than there was room for
    return recvfrom(fd, buffer, sizeof buffer, 0, name, &length) == 12 ? 0 : 1;
  });
  const auto sent = seen.named("sendto");
  ASSERT_EQ(sent.size(), 3u);
  ASSERT_TRUE(sent[0]->at(1, Phase::entry) && sent[0]->at(4, Phase::entry));
  EXPECT_EQ(sent[0]->at(1, Phase::entry)->data, "twelve bytes");
  EXPECT_EQ(sent[0]->at(4, Phase::entry)->data.size(), sizeof(sockaddr_in));
  const auto received = seen.named("recvfrom");
  ASSERT_EQ(received.size(), 3u);
  for (const std::size_t i : {0, 2}) {
    ASSERT_TRUE(received[i]->at(1, Phase::exit));
    EXPECT_EQ(received[i]->at(1, Phase::exit)->data, "twelve bytes");
  }
  EXPECT_EQ(received[0]->blocks.size(), 1u);
  ASSERT_TRUE(received[1]->at(1, Phase::exit));
  EXPECT_EQ(received[1]->at(1, Phase::exit)->data, "twel");
  EXPECT_EQ(received[1]->at(1, Phase::exit)->wanted, 4u);
  ASSERT_TRUE(received[2]->at(4, Phase::exit) && received[2]->at(5, Phase::entry));
  EXPECT_EQ(received[2]->at(4, Phase::exit)->data.size(), sizeof(sockaddr_in));
}

// Netlink messages are told from others by their socket; the same bytes elsewhere are data.
TEST_P(EnginesCalls, KeepNetlinkMessagesWholeAndNoOthers) {
  Collector seen;
  trace(seen, [] {
    struct {
      nlmsghdr header;
      char rest[64];
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = NLMSG_NOOP;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return 1;
    const int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const std::string text(80, 'x');
    if (send(netlink, &message, sizeof message, 0) != sizeof message) return 1;
    if (send(pair[0], &message, sizeof message, 0) != sizeof message) return 1;
    return send(pair[0], text.data(), text.size(), 0) == 80 ? 0 : 1;
  });
  const auto sent = seen.named("sendto");
  ASSERT_EQ(sent.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(sent[i]->at(1, Phase::entry));
    const SeenCall::Copy& data = *sent[i]->at(1, Phase::entry);
    EXPECT_EQ(data.wanted, 80u);
    EXPECT_EQ(data.end, i == 0 ? BlockEnd::whole : BlockEnd::limit);
    EXPECT_LE(data.data.size(), i == 0 ? 80u : 33u);
  }
}

TEST_P(EnginesCalls, RecordExitGroupWithoutAResult) {
  Collector seen;
  trace(seen, [] { return 7; });
  const auto calls = seen.named("exit_group");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0]->call.has(call_no_result));
  EXPECT_EQ(calls[0]->call.args[0], 7u);
  ASSERT_EQ(seen.exits.size(), 1u);
  EXPECT_EQ(seen.exits[0].status, 7 << 8);
  EXPECT_TRUE(seen.exits[0].whole_process);
  EXPECT_EQ(seen.order.back(), "exit");
}

TEST_P(EnginesCalls, HideWhatOnlyTheModelNeedsUnderAFilter) {
  RecordOptions options;
  options.wanted = only("write");
  Collector seen;
  trace(seen, [] {
    const int fd = open("/dev/null", O_WRONLY);
    syscall(SYS_getpgid, 0);
    return write(fd, "x", 1) == 1 ? 0 : 1;
  }, options);
  EXPECT_TRUE(seen.named("getpgid").empty());
  ASSERT_EQ(seen.named("openat").size(), 1u);
  EXPECT_TRUE(seen.named("openat")[0]->call.has(call_hidden));
  ASSERT_EQ(seen.named("write").size(), 1u);
  EXPECT_FALSE(seen.named("write")[0]->call.has(call_hidden));
}

TEST_P(EnginesCalls, DescribeDescriptorsBeforeTheCallThatReturnsThem) {
  Collector seen;
  trace(seen, [] {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, "sysreel-engine-test");
    const int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    return bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : 1;
  });
  ASSERT_EQ(seen.facts.size(), 4u) << "two of the pair, the socket, and the socket again when it was bound";
  for (const FdFact& fact : seen.facts) {
    EXPECT_EQ(fact.kind, FdKind::socket);
    EXPECT_EQ(fact.family, AF_UNIX);
  }
  EXPECT_EQ(seen.facts[0].socket_type, SOCK_STREAM);
  EXPECT_EQ(seen.facts[3].socket_type, SOCK_DGRAM);
  const SeenCall& pair = *seen.named("socketpair")[0];
  EXPECT_LE(seen.facts[0].time, pair.call.end());
  EXPECT_GT(seen.facts[0].time, pair.call.start);
  EXPECT_LT(std::find(seen.order.begin(), seen.order.end(), "fact"), std::find(seen.order.begin(), seen.order.end(), "socketpair"));
}

TEST_P(EnginesCalls, ShowTheRestartCodeOfAnInterruptedCall) {
  Collector seen;
  trace(seen, [] {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
      while (proc::status_of(Tid{parent})->state != 'S') usleep(1000);
      kill(parent, SIGUSR1);
      usleep(20000);
      _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    char byte;
    const bool fine = read(ends[0], &byte, 1) == 1;
    waitpid(child, nullptr, 0);
    return fine ? 0 : 1;
  });
  const auto reads = seen.named("read");
  ASSERT_GE(reads.size(), 2u);
  EXPECT_EQ(reads[reads.size() - 2]->call.result, -512);
  EXPECT_EQ(reads.back()->call.result, 1);
}

#if defined(__x86_64__)
TEST_P(EnginesCalls, TellTheConventionOfACallNotOfItsProcess) {
  Collector seen;
  trace(seen, [] {
    long result;
    asm volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");  // getpid
    asm volatile("int $0x80" : "=a"(result) : "a"(6), "b"(0xffffffffL) : "memory", "r8", "r9", "r10", "r11");  // close
    return 0;
  });
  std::vector<const SeenCall*> foreign;
  for (const SeenCall& call : seen.calls) {
    if (call.call.abi == Abi::i386) foreign.push_back(&call);
  }
  ASSERT_EQ(foreign.size(), 2u);
  EXPECT_EQ(raw(foreign[0]->call.nr), 20);
  EXPECT_EQ(foreign[0]->call.result, raw(foreign[0]->call.pid));
  EXPECT_EQ(raw(foreign[1]->call.nr), 6);
  EXPECT_EQ(foreign[1]->call.args[0], 0xffffffffu);
  EXPECT_EQ(foreign[1]->call.result, -EBADF);
}
#endif

// A tracee whose two threads block, in read and in futex, before anybody attaches.
class Blocked {
 public:
  Blocked() : tracee_([this] {
    std::thread sleeper([this] { syscall(SYS_futex, word_, FUTEX_WAIT, 0, nullptr, nullptr, 0); });
    char byte;
    return read(ends_[0], &byte, 1) == 1 ? 0 : 1;
  }) {
    tracee_.go();
    for (int i = 0; i < 1000; ++i) {
      usleep(5000);
      const auto threads = proc::threads_of(tracee_.pid());
      const auto sleeps = [](Tid tid) { return proc::status_of(tid)->state == 'S'; };
      if (threads.size() == 2 && std::all_of(threads.begin(), threads.end(), sleeps)) break;
    }
    usleep(20000);
  }
  Pid pid() const { return tracee_.pid(); }
  int read_end() const { return ends_[0]; }
  const void* word() const { return word_; }

 private:
  struct Ends {
    int fds[2];
    Ends() { EXPECT_EQ(pipe(fds), 0); }
    int operator[](int i) const { return fds[i]; }
  };
  Ends ends_;
  std::atomic<int>* word_ = shared<std::atomic<int>>();
  Tracee tracee_;
};

TEST_P(EnginesCalls, ShowCallsThatBlockAtTheAttachAndAtTheEnd) {
  Blocked blocked;
  const auto source = open_engine();
  ASSERT_TRUE(source && source->attach(blocked.pid()));
  Collector first, later, last;
  poll_until(*source, first, [&] { return first.calls.size() >= 2; });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(source->poll(later, Nanos{20'000'000}));
  EXPECT_TRUE(later.calls.empty()) << "a restart is no call of its own";
  ASSERT_TRUE(source->report_in_flight(later));
  ASSERT_TRUE(source->stop(last));
  EXPECT_EQ(first.tasks.size(), 2u);
  EXPECT_EQ(last.detached.size(), 2u);
  for (const Collector* const seen : {&first, &later, &last}) {
    const auto reads = seen->named("read"), futexes = seen->named("futex");
    ASSERT_EQ(reads.size(), 1u);
    ASSERT_EQ(futexes.size(), 1u);
    EXPECT_TRUE(reads[0]->call.has(call_in_flight) && reads[0]->call.has(call_start_unknown));
    EXPECT_EQ(reads[0]->call.args[0], static_cast<std::uint64_t>(blocked.read_end()));
    EXPECT_EQ(reads[0]->call.args[2], 1u);
    EXPECT_EQ(futexes[0]->call.args[0], reinterpret_cast<std::uint64_t>(blocked.word()));
  }
}

}  // namespace
}  // namespace sysreel
