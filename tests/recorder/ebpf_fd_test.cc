// What the eBPF engine says about descriptors, of programs that are gone before anybody could ask them.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

class FactCollector : public Collector {
 public:
  using Collector::on;
  void on(const FdFact& fact) override {
    Collector::on(fact);
    locals.emplace_back(reinterpret_cast<const char*>(fact.local.data()), fact.local.size());
    extras.emplace_back(fact.extra);
  }
  void on(const Snapshot& snapshot) override {
    if (snapshot.kind == SnapshotKind::cwd) folders.emplace_back(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  }
  std::vector<std::string> locals, extras, folders;
};

// Records a function to its end, and looks only when the child has been waited for.
void record_unwatched(FactCollector& seen, std::function<int()> body) {
  Tracee tracee(std::move(body));
  auto source = open_source();
  ASSERT_TRUE(source && source->attach(tracee.pid()));
  tracee.go();
  tracee.wait();
  poll_to_end(*source, seen);
  for (const FdFact& fact : seen.facts) EXPECT_FALSE(fact.late) << fact.fd;
}

TEST(EbpfFds, APathIsThatOfTheFileNotThatOfTheArgument) {
  FactCollector seen;
  record_unwatched(seen, [] {
    chdir("/usr");
    open("share/../share", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int fd = open("/", O_RDONLY);
    openat(fd, "dev/null", O_RDONLY);
    const int gone = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    return gone >= 0 ? 0 : 1;
  });
  ASSERT_EQ(seen.facts.size(), 4u);
  EXPECT_EQ(seen.folders, std::vector<std::string>{"/usr"});
  EXPECT_EQ(seen.fact_paths[0], "/usr/share");
  EXPECT_EQ(seen.facts[0].kind, FdKind::directory);
  EXPECT_EQ(seen.fact_paths[1], "/");
  EXPECT_EQ(seen.fact_paths[2], "/dev/null");
  EXPECT_EQ(seen.facts[2].kind, FdKind::char_device);
  EXPECT_EQ(seen.facts[2].special, 0x103u);
  EXPECT_TRUE(seen.fact_paths[3].starts_with("/tmp/#") && seen.fact_paths[3].ends_with(" (deleted)")) << seen.fact_paths[3];
}

TEST(EbpfFds, BothEndsOfAPairAreKnown) {
  FactCollector seen;
  record_unwatched(seen, [] {
    int ends[2];
    (void)!pipe2(ends, O_CLOEXEC);
    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    return 0;
  });
  ASSERT_EQ(seen.facts.size(), 4u);
  EXPECT_EQ(seen.facts[0].kind, FdKind::fifo);
  EXPECT_EQ(seen.fact_paths[0], "pipe:[" + std::to_string(seen.facts[0].inode) + "]");
  EXPECT_EQ(seen.fact_paths[1], seen.fact_paths[0]);
  EXPECT_NE(seen.facts[0].fd, seen.facts[1].fd);
  EXPECT_EQ(seen.facts[2].family, AF_UNIX);
  EXPECT_EQ(seen.facts[2].socket_type, SOCK_STREAM);
  EXPECT_EQ(seen.fact_paths[2], "socket:[" + std::to_string(seen.facts[2].inode) + "]");
  EXPECT_EQ(seen.extras[2], "peer:" + std::to_string(seen.facts[3].inode));
  EXPECT_EQ(seen.extras[3], "peer:" + std::to_string(seen.facts[2].inode));
}

TEST(EbpfFds, AnAddressIsKnownFromItsBindOn) {
  FactCollector seen;
  record_unwatched(seen, [] {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, "sysreel-fd-test");
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t) + 16);
    socket(AF_INET6, SOCK_STREAM, 0);
    return 0;
  });
  ASSERT_EQ(seen.facts.size(), 3u);
  EXPECT_EQ(seen.locals[0].size(), sizeof(sa_family_t));
  EXPECT_EQ(seen.locals[1].substr(2), std::string("\0sysreel-fd-test", 16));
  EXPECT_EQ(seen.facts[2].family, AF_INET6);
  EXPECT_EQ(seen.facts[2].socket_type, SOCK_STREAM);
}

TEST(EbpfFds, DescriptorsThatComeOverASocketAreKnown) {
  FactCollector seen;
  record_unwatched(seen, [] {
    int ends[2];
    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    const int sent[2] = {open("/etc/passwd", O_RDONLY), open("/dev/null", O_WRONLY)};
    char byte = 'x';
    iovec part{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof sent)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof sent);
    memcpy(CMSG_DATA(header), sent, sizeof sent);
    sendmsg(ends[0], &message, 0);
    recvmsg(ends[1], &message, 0);
    return 0;
  });
  ASSERT_EQ(seen.facts.size(), 6u);
  EXPECT_EQ(seen.fact_paths[4], "/etc/passwd");
  EXPECT_EQ(seen.fact_paths[5], "/dev/null");
  EXPECT_NE(seen.facts[4].fd, seen.facts[2].fd);
}

TEST(EbpfFds, FilesWithoutAPathAreNamedAsInProc) {
  FactCollector seen;
  record_unwatched(seen, [] {
    memfd_create("scratch", 0);
    eventfd(0, 0);
    syscall(SYS_pidfd_open, getpid(), 0);
    return 0;
  });
  ASSERT_EQ(seen.facts.size(), 3u);
  EXPECT_EQ(seen.fact_paths[0], "/memfd:scratch (deleted)");
  EXPECT_EQ(seen.fact_paths[1], "anon_inode:[eventfd]");
  EXPECT_EQ(seen.fact_paths[2], "anon_inode:[pidfd]");
}

}  // namespace
}  // namespace sysreel
