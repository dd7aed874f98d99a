// What -y and -yy add to descriptors.
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

using namespace std::string_literals;

// The text of close(3) when descriptor 3 is `fact`.
std::string close_of(FdFact fact, unsigned decode = text::decode_fds_all) {
  CallBuilder call("close", {3});
  fact.pid = call.event().pid;
  fact.fd = 3;
  call.model.on(fact);
  call.options.decode_fds = static_cast<std::uint8_t>(decode);
  return call.text();
}

FdFact file(std::string_view path) {
  FdFact fact;
  fact.kind = FdKind::file;
  fact.path = path;
  return fact;
}

ByteSpan bytes(const std::string& text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

FdFact socket(std::uint16_t family, std::uint16_t type, const std::string& local = "", const std::string& peer = "") {
  FdFact fact;
  fact.kind = FdKind::socket;
  fact.path = "socket:[77]";
  fact.inode = 77;
  fact.family = family;
  fact.socket_type = type;
  fact.local = bytes(local);
  fact.peer = bytes(peer);
  return fact;
}

const std::string home_80 = "\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0"s, home_99 = "\2\0\0\143\177\0\0\1\0\0\0\0\0\0\0\0"s;

TEST(Descriptor, AFileShowsItsPath) { EXPECT_EQ(close_of(file("/a b"), text::decode_path), "close(3</a b>) = 0"); }

TEST(Descriptor, APathCannotEndItsBrackets) {
  EXPECT_EQ(close_of(file("/a>\n\x1b"), text::decode_path), "close(3</a\\76\\n\\33>) = 0");
}

TEST(Descriptor, ADeletedFileIsMarkedBehindItsPath) {
  EXPECT_EQ(close_of(file("/a (deleted)"), text::decode_path), "close(3</a>(deleted)) = 0");
}

TEST(Descriptor, AnUnknownDescriptorIsANumber) {
  CallBuilder call("close", {3});
  call.options.decode_fds = text::decode_fds_all;
  EXPECT_EQ(call.text(), "close(3) = 0");
}

TEST(Descriptor, ADeviceShowsItsNumbers) {
  FdFact fact = file("/dev/null");
  fact.kind = FdKind::char_device;
  fact.special = 0x103;
  EXPECT_EQ(close_of(fact), "close(3</dev/null<char 1:3>>) = 0");
  EXPECT_EQ(close_of(fact, text::decode_path), "close(3</dev/null>) = 0");
}

TEST(Descriptor, ASocketShowsItsAddresses) {
  EXPECT_EQ(close_of(socket(2, 1, home_80, home_99)), "close(3<TCP:[127.0.0.1:80->127.0.0.1:99]>) = 0");
  EXPECT_EQ(close_of(socket(2, 2, home_80)), "close(3<UDP:[127.0.0.1:80]>) = 0");
}

TEST(Descriptor, ASocketWithoutAnAddressShowsItsInode) {
  EXPECT_EQ(close_of(socket(2, 1)), "close(3<TCP:[77]>) = 0");
  EXPECT_EQ(close_of(socket(17, 3)), "close(3<socket:[77]>) = 0");
  EXPECT_EQ(close_of(socket(2, 1), text::decode_path), "close(3<socket:[77]>) = 0");
}

TEST(Descriptor, AnAddressOfVersionSixStandsInBrackets) {
  const std::string local = "\12\0\0\120\0\0\0\0"s + std::string(15, '\0') + "\1\0\0\0\0"s;
  EXPECT_EQ(close_of(socket(10, 1, local)), "close(3<TCPv6:[[::1]:80]>) = 0");
}

TEST(Descriptor, AUnixSocketShowsItsPeerAndItsName) {
  const std::string name = "\1\0/run/x\0"s;
  FdFact fact = socket(1, 1, name);
  fact.extra = "peer:78";
  EXPECT_EQ(close_of(fact), "close(3<UNIX-STREAM:[77->78,\"/run/x\"]>) = 0");
  EXPECT_EQ(close_of(socket(1, 2, "\1\0\0name"s)), "close(3<UNIX:[77,@\"name\"]>) = 0");
}

TEST(Descriptor, ANetlinkSocketShowsItsProtocolAndPort) {
  EXPECT_EQ(close_of(socket(16, 3, "\20\0\0\0\7\0\0\0\0\0\0\0"s)), "close(3<NETLINK:[ROUTE:7]>) = 0");
}

TEST(Descriptor, ASocketThatIsOnlyBoundShowsItsInode) {
  CallBuilder bind("bind", {3, 0, 0});
  FdFact fact = socket(2, 1, home_80);
  fact.pid = bind.event().pid;
  fact.fd = 3;
  bind.model.on(TaskNew{fact.pid, Tid{100}, {}, TaskOrigin::launched, {}, {}, 0, ""});
  bind.model.on(fact);
  bind.model.on(bind.returns(0).event());
  bind.options.decode_fds = text::decode_fds_all;
  EXPECT_EQ(bind.entry_half(), "bind(3<TCP:[77]>, NULL, 0");
  bind.model.on(fact);  // what listen makes known
  EXPECT_EQ(bind.entry_half(), "bind(3<TCP:[127.0.0.1:80]>, NULL, 0");
}

TEST(Descriptor, TheEndThatConnectedKnowsTheOtherOnceItWasAccepted) {
  CallBuilder close("close", {3});
  const std::string name = "\1\0"s;
  for (const auto& [fd, inode, extra] : {std::tuple(3, 77, ""), std::tuple(4, 78, "peer:77")}) {
    FdFact fact = socket(1, 1, name);
    fact.pid = close.event().pid;
    fact.fd = fd;
    fact.inode = static_cast<std::uint64_t>(inode);
    fact.extra = extra;
    close.model.on(fact);
  }
  close.options.decode_fds = text::decode_fds_all;
  EXPECT_EQ(close.text(), "close(3<UNIX-STREAM:[77->78]>) = 0");
}

TEST(Descriptor, APidfdShowsItsProcess) {
  FdFact fact = file("anon_inode:[pidfd]");
  fact.kind = FdKind::anon;
  fact.extra = "pid:12";
  EXPECT_EQ(close_of(fact), "close(3<pid:12>) = 0");
  EXPECT_EQ(close_of(fact, text::decode_path), "close(3<anon_inode:[pidfd]>) = 0");
}

TEST(Descriptor, ThoseOfOtherProcessesShowWhatTheyAreThere) {
  FdFact theirs = file("/theirs");
  theirs.pid = Pid{12};
  theirs.fd = 5;
  FdFact pidfd = file("anon_inode:[pidfd]");
  pidfd.kind = FdKind::anon;
  pidfd.extra = "pid:12";
  pidfd.fd = 3;

  CallBuilder take("pidfd_getfd", {3, 5, 0});
  pidfd.pid = take.event().pid;
  take.model.on(theirs);
  take.model.on(pidfd);
  take.options.decode_fds = text::decode_path;
  EXPECT_EQ(take.fails(9).text(), "pidfd_getfd(3<anon_inode:[pidfd]>, 5</theirs>, 0) = -1 EBADF (Bad file descriptor)");

  CallBuilder compare("kcmp", {12, 13, 0, 5, 5});
  compare.model.on(theirs);
  compare.options.decode_fds = text::decode_path;
  EXPECT_EQ(compare.returns(1).text(), "kcmp(12, 13, KCMP_FILE, 5</theirs>, 5) = 1");
}

TEST(Descriptor, TheCurrentDirectoryStandsBehindItsName) {
  CallBuilder call("openat", {static_cast<std::uint64_t>(-100), 0, 0});
  Snapshot cwd;
  cwd.pid = call.event().pid;
  cwd.kind = SnapshotKind::cwd;
  const std::string path = "/home";
  cwd.data = bytes(path);
  call.model.on(cwd);
  call.options.decode_fds = text::decode_path;
  EXPECT_EQ(call.fails(14).text(), "openat(AT_FDCWD</home>, NULL, O_RDONLY) = -1 EFAULT (Bad address)");
}

}  // namespace
}  // namespace sysreel::testing
