// Sockets, netlink, ioctl, aio and io_uring as text.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr int ebadf = 9;
constexpr std::uint64_t no_fd = ~std::uint64_t{0};
constexpr std::uint64_t address = 0x1000, length_at = 0x2000;

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

std::string inet_address() { return bytes({2, 0, 0x00, 0x50, 127, 0, 0, 1}) + std::string(8, '\0'); }

TEST(NetworkText, NamesSocketTypeFlagsAndProtocolOfTheFamily) {
  EXPECT_EQ(CallBuilder("socket", {2, 0x80801, 6}).returns(3).text(),
            "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = 3");
  EXPECT_EQ(CallBuilder("socket", {16, 3, 9}).returns(4).text(), "socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT) = 4");
  EXPECT_EQ(CallBuilder("socket", {17, 3, 0x0300}).returns(5).text(), "socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = 5");
}

TEST(NetworkText, ShowsAddressesOfTheCommonFamilies) {
  EXPECT_EQ(CallBuilder("connect", {3, address, 16}).in(address, inet_address()).returns(0).text(),
            "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0");
  const std::string unix_address = bytes({1, 0}) + "/run/x" + std::string(1, '\0');
  EXPECT_EQ(CallBuilder("connect", {3, address, 9}).in(address, unix_address).returns(0).text(),
            "connect(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 9) = 0");
  const std::string abstract = bytes({1, 0, 0}) + "ab";
  EXPECT_EQ(CallBuilder("bind", {3, address, 5}).in(address, abstract).returns(0).text(),
            "bind(3, {sa_family=AF_UNIX, sun_path=@\"ab\"}, 5) = 0");
}

TEST(NetworkText, ShowsAShortAddressAsData) {
  EXPECT_EQ(CallBuilder("connect", {3, address, 4}).in(address, inet_address().substr(0, 4)).fails(22).text(),
            "connect(3, {sa_family=AF_INET, sa_data=\"\\0P\"}, 4) = -1 EINVAL (Invalid argument)");
}

TEST(NetworkText, ShowsTheAddressItselfWhereMemoryEndsWithinIt) {
  CallBuilder call("connect", {3, address, 16});
  call.in(address, inet_address().substr(0, 8), BlockEnd::fault).fails(14);
  EXPECT_EQ(call.text(), "connect(3, 0x1000, 16) = -1 EFAULT (Bad address)");
}

TEST(NetworkText, ShowsHowTheKernelChangedALength) {
  CallBuilder call("getsockname", {3, address, length_at});
  call.in_object(length_at, std::int32_t{128}).out_object(length_at, std::int32_t{16}).out(address, inet_address()).returns(0);
  EXPECT_EQ(call.text(), "getsockname(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, [128 => 16]) = 0");
  CallBuilder failed("getsockname", {no_fd, address, length_at});
  failed.in_object(length_at, std::int32_t{128}).fails(ebadf);
  EXPECT_EQ(failed.text(), "getsockname(-1, 0x1000, [128]) = -1 EBADF (Bad file descriptor)");
}

TEST(NetworkText, ShowsOptionsByLevelAndName) {
  CallBuilder linger("setsockopt", {3, 1, 13, address, 8});
  linger.in(address, bytes({1, 0, 0, 0, 5, 0, 0, 0})).returns(0);
  EXPECT_EQ(linger.text(), "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0");
  CallBuilder error("getsockopt", {3, 1, 4, address, length_at});
  error.in_object(length_at, std::int32_t{4}).out_object(length_at, std::int32_t{4}).out_object(address, std::int32_t{111}).returns(0);
  EXPECT_EQ(error.text(), "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0");
  CallBuilder unknown("setsockopt", {3, 0x7fff, 2, 0, 0});
  EXPECT_EQ(unknown.fails(92).text(), "setsockopt(3, 0x7fff /* SOL_??? */, 2, NULL, 0) = -1 ENOPROTOOPT (Protocol not available)");
}

TEST(NetworkText, ShowsDescriptorsPassedInAControlMessage) {
  struct {
    std::uint64_t name = 0;
    std::uint32_t name_length = 0, padding = 0;
    std::uint64_t iov = 0x3000, iov_count = 1, control = 0x4000, control_length = 24;
    std::uint32_t flags = 0, padding2 = 0;
  } header;
  struct {
    std::uint64_t base = 0x5000, length = 2;
  } vector;
  CallBuilder call("sendmsg", {3, address, 0x4000});
  call.in_object(address, header).in_object(0x3000, vector).in(0x5000, "hi");
  call.in(0x4000, bytes({20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0})).returns(2);
  EXPECT_EQ(call.text(),
            "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", iov_len=2}], msg_iovlen=1, "
            "msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7]}], msg_controllen=24, "
            "msg_flags=0}, MSG_NOSIGNAL) = 2");
}

TEST(NetworkText, ShowsAddressesOfTipc) {
  const auto connect = [](std::initializer_list<int> values) {
    CallBuilder call("connect", {3, address, values.size()});
    const std::string text = call.in(address, bytes(values)).returns(0).text();
    return text.substr(11, text.rfind("}, ") - 10);
  };
  EXPECT_EQ(connect({30, 0, 1, 2, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}),
            "{sa_family=AF_TIPC, addrtype=TIPC_SERVICE_RANGE, scope=TIPC_CLUSTER_SCOPE, "
            "addr={nameseq={type=1, lower=2, upper=3}}}");
  EXPECT_EQ(connect({30, 0, 2, -3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}),
            "{sa_family=AF_TIPC, addrtype=TIPC_SERVICE_ADDR, scope=-TIPC_NODE_SCOPE, "
            "addr={name={name={type=1, instance=2}, domain=0x3}}}");
  EXPECT_EQ(connect({30, 0, 3, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}),
            "{sa_family=AF_TIPC, addrtype=TIPC_SOCKET_ADDR, scope=0x1 /* TIPC_???_SCOPE */, addr={id={ref=1, node=0x2}}}");
  EXPECT_EQ(connect({30, 0, 3, 1}), "{sa_family=AF_TIPC, sa_data=\"\\3\\1\"}");
}

TEST(NetworkText, ShowsNumbersOfBluetoothInItsByteOrder) {
  const std::string l2cap = bytes({31, 0, 0x81, 0, 1, 2, 3, 4, 5, 6, 4, 0});
  CallBuilder call("connect", {3, address, 12});
  call.in(address, l2cap).returns(0);
  EXPECT_EQ(call.text(),
            "connect(3, {sa_family=AF_BLUETOOTH, l2_psm=htobs(L2CAP_PSM_LE_DYN_START+1), "
            "l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_ATT)}, 12) = 0");
  call.options.constants = text::ConstantStyle::raw;
  EXPECT_EQ(call.text(),
            "connect(3, {sa_family=0x1f, l2_psm=htobs(0x81), l2_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", "
            "l2_cid=htobs(0x4)}, 12) = 0");
}

TEST(NetworkText, ShowsAddressesOfNfcByTheWordOfTheProgram) {
  std::string nfc = bytes({39, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 1}) + "name" + std::string(62, '\0');
  nfc += bytes({4, 0, 0, 0});
  CallBuilder call("connect", {3, address, nfc.size()}, Abi::i386);
  call.in(address, nfc).returns(0);
  EXPECT_EQ(call.text(),
            "connect(3, {sa_family=AF_NFC, dev_idx=2, target_idx=0x3, nfc_protocol=NFC_PROTO_JEWEL, dsap=0, "
            "ssap=0x1 /* LLCP_SAP_SDP */, service_name=\"name\", service_name_len=4}, 88) = 0");
}

std::string set_option(std::uint64_t level, std::uint64_t option, const std::string& value) {
  CallBuilder call("setsockopt", {3, level, option, address, value.size()});
  const std::string text = call.in(address, value).returns(0).text();
  return text.substr(14, text.size() - 18);
}

TEST(NetworkText, ShowsOptionsOfTipc) {
  EXPECT_EQ(set_option(271, 127, bytes({1, 0, 0, 0})), "SOL_TIPC, TIPC_IMPORTANCE, [TIPC_MEDIUM_IMPORTANCE], 4)");
  EXPECT_EQ(set_option(271, 127, bytes({1, 0, 0})), "SOL_TIPC, TIPC_IMPORTANCE, 0x1000, 3)");
  EXPECT_EQ(set_option(271, 135, bytes({1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0})),
            "SOL_TIPC, TIPC_GROUP_JOIN, {type=1, instance=2, scope=TIPC_NODE_SCOPE, "
            "flags=TIPC_GROUP_LOOPBACK|TIPC_GROUP_MEMBER_EVTS}, 16)");
}

TEST(NetworkText, ShowsRangesOfPorts) {
  EXPECT_EQ(set_option(0, 51, bytes({1, 0, 2, 0})), "SOL_IP, IP_LOCAL_PORT_RANGE, [0x20001 /* 1..2 */], 4)");
  EXPECT_EQ(set_option(0, 51, bytes({0, 0, 2, 0})), "SOL_IP, IP_LOCAL_PORT_RANGE, [0x20000 /* ..2 */], 4)");
  EXPECT_EQ(set_option(0, 51, bytes({2, 0, 1, 0})), "SOL_IP, IP_LOCAL_PORT_RANGE, [0x10002], 4)");
  EXPECT_EQ(set_option(0, 51, bytes({1, 2})), "SOL_IP, IP_LOCAL_PORT_RANGE, \"\\x01\\x02\", 2)");
}

TEST(NetworkText, ShowsKeysOfTcp) {
  std::string key(288, '\0');
  key.replace(0, 8, inet_address().substr(0, 8)).replace(128, 10, "hmac(sha1)");
  key[196] = 2;
  key.replace(202, 8, bytes({32, 100, 101, 12, 1, 2, 0x61, 0x62}));
  EXPECT_EQ(set_option(6, 38, key),
            "SOL_TCP, TCP_AO_ADD_KEY, {addr={sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, "
            "prefix=32, alg_name=\"hmac(sha1)\", ifindex=0, set_current=0, set_rnext=1, sndid=100, rcvid=101, "
            "maclen=12, keyflags=TCP_AO_KEYF_IFINDEX, key=\"\\x61\\x62\", keylen=2}, 288)");
  EXPECT_EQ(set_option(6, 38, key.substr(1)), "SOL_TCP, TCP_AO_ADD_KEY, 0x1000, 287)");
}

TEST(NetworkText, ShowsHowLongAnOptionIsThatDidNotFit) {
  CallBuilder call("getsockopt", {3, 1, 59, address, length_at});
  call.in_object(length_at, std::int32_t{1}).out_object(length_at, std::int32_t{12}).fails(34);
  EXPECT_EQ(call.text(),
            "getsockopt(3, SOL_SOCKET, SO_PEERGROUPS, 0x1000, [1 => 12]) = -1 ERANGE (Numerical result out of range)");
}

TEST(NetworkText, DecodesNetlinkByTheProtocolOfTheSocket) {
  CallBuilder call("sendto", {3, address, 32, 0, 0, 0});
  FdFact fact;
  fact.pid = call.event().pid;
  fact.fd = 3;
  fact.kind = FdKind::socket;
  fact.family = 16;
  fact.protocol = 0;
  call.model.on(fact);
  const std::string header = bytes({32, 0, 0, 0, 18, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0});
  const std::string body = bytes({0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  call.in(address, header + body).returns(32);
  EXPECT_EQ(call.text(),
            "sendto(3, [{nlmsg_len=32, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=1, nlmsg_pid=0}, "
            "{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=if_nametoindex(\"lo\"), ifi_flags=0, ifi_change=0}], 32, 0, "
            "NULL, 0) = 32");
}

TEST(NetworkText, ShowsNetlinkOfAnUnknownDescriptorAsData) {
  CallBuilder call("sendto", {3, address, 4, 0, 0, 0});
  call.in(address, "abcd").returns(4);
  EXPECT_EQ(call.text(), "sendto(3, \"abcd\", 4, 0, NULL, 0) = 4");
}

TEST(IoctlText, NamesACommandOrItsParts) {
  EXPECT_EQ(CallBuilder("ioctl", {no_fd, 0x4004ea0b, 1}).fails(ebadf).text(),
            "ioctl(-1, _IOC(_IOC_WRITE, 0xea, 0xb, 0x4), 0x1) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(CallBuilder("ioctl", {no_fd, 0x80044d0d, 0}).fails(ebadf).text(),
            "ioctl(-1, MIXER_READ(13) or OTPSELECT, NULL) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(CallBuilder("ioctl", {no_fd, 0xc0045877, 0}).fails(ebadf).text(), "ioctl(-1, FIFREEZE) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(CallBuilder("ioctl", {no_fd, 0x80084521, 0x1000}).fails(ebadf).text(),
            "ioctl(-1, EVIOCGBIT(EV_KEY, 8), 0x1000) = -1 EBADF (Bad file descriptor)");
}

TEST(IoctlText, ShowsTypedArguments) {
  CallBuilder size("ioctl", {0, 0x5413, address});
  size.out(address, bytes({24, 0, 80, 0, 0, 0, 0, 0})).returns(0);
  EXPECT_EQ(size.text(), "ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
  CallBuilder ready("ioctl", {0, 0x541b, address});
  EXPECT_EQ(ready.out_object(address, std::int32_t{42}).returns(0).text(), "ioctl(0, FIONREAD, [42]) = 0");
}

TEST(AsyncText, ShowsWhatAFailedIoUringSetUpAskedFor) {
  const std::array<std::uint32_t, 30> asked{};
  CallBuilder call("io_uring_setup", {8, address});
  call.in_object(address, asked).fails(1);
  EXPECT_EQ(call.text(), "io_uring_setup(8, {flags=0, sq_thread_cpu=0, sq_thread_idle=0}) = -1 EPERM (Operation not permitted)");
}

TEST(AsyncText, NamesClassAndFlagsOfFanotify) {
  EXPECT_EQ(CallBuilder("fanotify_init", {0x5, 0x80000}).returns(3).text(), "fanotify_init(FAN_CLASS_CONTENT|FAN_CLOEXEC, O_RDONLY|O_CLOEXEC) = 3");
}

}  // namespace
}  // namespace sysreel::testing
