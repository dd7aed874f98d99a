// Netlink messages as text: what each protocol's attributes say.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

using text::ConstantStyle;

constexpr std::uint64_t address = 0x1000;
constexpr unsigned route = 0, generic = 16;
constexpr unsigned create = 0x401, dump = 0x301;
constexpr unsigned new_addr = 20, new_rule = 32, get_action = 50, new_next_hop = 104, new_link = 16;
constexpr unsigned nested = 0x8000;

template <typename T>
std::string object(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
std::string u8(unsigned value) { return object(static_cast<std::uint8_t>(value)); }
std::string u16(unsigned value) { return object(static_cast<std::uint16_t>(value)); }
std::string u32(std::uint32_t value) { return object(value); }
std::string u64(std::uint64_t value) { return object(value); }

std::string attribute(unsigned type, const std::string& payload) {
  std::string text = u16(static_cast<unsigned>(4 + payload.size())) + u16(type) + payload;
  text.resize((text.size() + 3) & ~std::size_t{3});
  return text;
}

// The second argument of sendto(3, [{header}, body], …): what stands behind the header.
std::string body_of(unsigned protocol, unsigned type, unsigned flags, const std::string& body,
                    ConstantStyle constants = ConstantStyle::abbrev) {
  const std::string message = u32(static_cast<std::uint32_t>(16 + body.size())) + u16(type) + u16(flags) + u64(0) + body;
  CallBuilder call("sendto", {3, address, message.size(), 0, 0, 0});
  FdFact fact;
  fact.pid = call.event().pid;
  fact.fd = 3;
  fact.kind = FdKind::socket;
  fact.family = 16;
  fact.protocol = static_cast<std::int32_t>(protocol);
  call.model.on(fact);
  call.options.constants = constants;
  call.options.string_limit = 64;
  call.in(address, message).returns(static_cast<std::int64_t>(message.size()));
  const std::string text = call.text();
  const std::size_t begin = text.find("}, ") + 3;
  return text.substr(begin, text.rfind("], ") - begin);
}

std::string generic_body(const std::string& attributes, ConstantStyle constants = ConstantStyle::abbrev) {
  return body_of(generic, 16, dump, u8(3) + u8(2) + u16(0) + attributes, constants);
}

// One nested attribute in another, as the controller's lists are.
std::string in_list(unsigned list, unsigned number, const std::string& attributes) {
  return attribute(nested | list, attribute(nested | number, attributes));
}

TEST(GenericNetlink, ShowsTheController) {
  EXPECT_EQ(generic_body(""), "{cmd=CTRL_CMD_GETFAMILY, version=2}");
  EXPECT_EQ(generic_body(attribute(2, std::string("nlctrl\0", 7)) + attribute(1, u16(16))),
            "{cmd=CTRL_CMD_GETFAMILY, version=2}, [[{nla_len=11, nla_type=CTRL_ATTR_FAMILY_NAME}, \"nlctrl\"], "
            "[{nla_len=6, nla_type=CTRL_ATTR_FAMILY_ID}, 0x10]]");
}

TEST(GenericNetlink, NamesOperationsByTheFamily) {
  const std::string operation = in_list(6, 1, attribute(1, u32(1)) + attribute(2, u32(14)));
  const std::string header = "{cmd=CTRL_CMD_GETFAMILY, version=2}, ";
  const std::string name = "[{nla_len=12, nla_type=CTRL_ATTR_FAMILY_NAME}, \"devlink\"], ";
  const std::string lists = "[{nla_len=24, nla_type=NLA_F_NESTED|CTRL_ATTR_OPS}, [{nla_len=20, nla_type=NLA_F_NESTED|0x1}, ";
  const std::string flags =
      "[{nla_len=8, nla_type=CTRL_ATTR_OP_FLAGS}, GENL_CMD_CAP_DO|GENL_CMD_CAP_DUMP|GENL_CMD_CAP_HASPOL]]]]]";
  EXPECT_EQ(generic_body(attribute(2, std::string("devlink\0", 8)) + operation),
            header + "[" + name + lists + "[[{nla_len=8, nla_type=CTRL_ATTR_OP_ID}, DEVLINK_CMD_GET], " + flags);
  EXPECT_EQ(generic_body(operation), header + lists + "[[{nla_len=8, nla_type=CTRL_ATTR_OP_ID}, CTRL_CMD_NEWFAMILY], " +
                                         flags.substr(0, flags.size() - 1));
}

TEST(GenericNetlink, ShowsGroupsAndPolicies) {
  EXPECT_EQ(generic_body(in_list(7, 1, attribute(2, u32(5)) + attribute(1, std::string("config\0", 7)))),
            "{cmd=CTRL_CMD_GETFAMILY, version=2}, [{nla_len=28, nla_type=NLA_F_NESTED|CTRL_ATTR_MCAST_GROUPS}, "
            "[{nla_len=24, nla_type=NLA_F_NESTED|0x1}, [[{nla_len=8, nla_type=CTRL_ATTR_MCAST_GRP_ID}, 0x5], "
            "[{nla_len=11, nla_type=CTRL_ATTR_MCAST_GRP_NAME}, \"config\"]]]]");
}

TEST(GenericNetlink, ShowsNumbersOfTypesAsTheConstantsAsk) {
  const std::string list = in_list(9, 7, attribute(1, u32(7)));
  EXPECT_EQ(generic_body(list, ConstantStyle::raw),
            "{cmd=0x3, version=2}, [{nla_len=16, nla_type=0x8000|0x9}, [{nla_len=12, nla_type=0x8000|0x7}, "
            "[{nla_len=8, nla_type=0x1}, 7]]]");
  EXPECT_EQ(generic_body(list, ConstantStyle::verbose),
            "{cmd=0x3 /* CTRL_CMD_GETFAMILY */, version=2}, "
            "[{nla_len=16, nla_type=0x8000 /* NLA_F_NESTED */|0x9 /* CTRL_ATTR_OP_POLICY */}, "
            "[{nla_len=12, nla_type=0x8000 /* NLA_F_NESTED */|0x7}, "
            "[{nla_len=8, nla_type=0x1 /* CTRL_ATTR_POLICY_DO */}, 7]]]");
}

TEST(RouteNetlink, KnowsBodiesByTheType) {
  constexpr unsigned new_multicast = 56, get_neighbour = 30, get_netconf = 82, new_link_property = 108;
  EXPECT_EQ(body_of(route, get_netconf, dump, u8(2)), "{ncm_family=AF_INET}");
  EXPECT_EQ(body_of(route, new_multicast, create, u8(2)), "{ifa_family=AF_INET, ...}");
  EXPECT_EQ(body_of(route, get_neighbour, dump, u8(7)), "{ifi_family=AF_BRIDGE, ...}");
  EXPECT_EQ(body_of(route, new_link_property, create, u8(2) + u8(1)), "{family=AF_INET, data=\"\\x01\"}");
}

TEST(RouteNetlink, ShowsAddresses) {
  const std::string header = u8(2) + u8(24) + u8(0x80) + u8(131) + u32(1);
  const std::string shown =
      "{ifa_family=AF_INET, ifa_prefixlen=24, ifa_flags=IFA_F_PERMANENT, ifa_scope=0x83, "
      "ifa_index=if_nametoindex(\"lo\")}, ";
  EXPECT_EQ(body_of(route, new_addr, create, header + attribute(6, u32(~0u) + u32(60) + u32(2) + u32(3))),
            shown +
                "[{nla_len=20, nla_type=IFA_CACHEINFO}, {ifa_prefered=4294967295 /* INFINITY_LIFE_TIME */, ifa_valid=60, "
                "cstamp=2, tstamp=3}]");
  EXPECT_EQ(body_of(route, new_addr, create, header + attribute(11, u8(1))),
            shown + "[{nla_len=5, nla_type=IFA_PROTO}, IFAPROT_KERNEL_LO]");
}

TEST(RouteNetlink, ShowsRules) {
  const std::string header = u8(10) + std::string(11, '\0');
  const std::string text =
      body_of(route, new_rule, create, header + attribute(26, std::string("\0\1\2\3", 4)) + attribute(25, u8(7)));
  EXPECT_EQ(text.substr(text.find("}, ") + 3),
            "[[{nla_len=8, nla_type=FRA_FLOWLABEL}, htonl(66051)], [{nla_len=5, nla_type=FRA_DSCP}, 7]]");
}

TEST(RouteNetlink, ShowsNextHops) {
  const std::string header = u8(0) + u8(0) + u8(4) + u8(0) + u32(0);
  const std::string entry = attribute(nested | 1, attribute(1, u32(3)) + attribute(2, u64(4)));
  EXPECT_EQ(
      body_of(route, new_next_hop, create, header + attribute(nested | 15, entry)),
      "{nh_family=AF_UNSPEC, nh_scope=RT_SCOPE_UNIVERSE, nh_protocol=RTPROT_STATIC, nh_flags=0}, "
      "[{nla_len=28, nla_type=NLA_F_NESTED|NHA_GROUP_STATS}, [{nla_len=24, nla_type=NLA_F_NESTED|NHA_GROUP_STATS_ENTRY}, "
      "[[{nla_len=8, nla_type=NHA_GROUP_STATS_ENTRY_ID}, 3], [{nla_len=12, nla_type=NHA_GROUP_STATS_ENTRY_PACKETS}, 4]]]]");
}

TEST(RouteNetlink, ShowsActions) {
  EXPECT_EQ(body_of(route, get_action, dump, u32(0) + attribute(4, u32(1500))),
            "{tca_family=AF_UNSPEC}, [{nla_len=8, nla_type=TCA_ROOT_TIME_DELTA}, 1500 /* 1.500 s */]");
}

TEST(RouteNetlink, ShowsPortsOfABridge) {
  const std::string header = u8(7) + u8(0) + u16(1) + u32(1) + u64(0);
  const std::string text =
      body_of(route, new_link, create, header + attribute(nested | 12, attribute(41, u32(9)) + attribute(45, u8(1))));
  EXPECT_EQ(text.substr(text.find("}, ") + 3),
            "[{nla_len=20, nla_type=NLA_F_NESTED|IFLA_PROTINFO}, [[{nla_len=8, nla_type=IFLA_BRPORT_MCAST_N_GROUPS}, 9], "
            "[{nla_len=5, nla_type=IFLA_BRPORT_NEIGH_FORWARD_GRAT}, 1]]]");
}

}  // namespace
}  // namespace sysreel::testing
