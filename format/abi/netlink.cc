#include "format/abi/netlink.h"

#include <algorithm>

#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::abi {
namespace {

constexpr std::uint16_t any_number = 0xffff;

constexpr Type nest(const AttrTable& table) {
  Type type = value(Kind::netlink_attrs);
  type.attrs = &table;
  return type;
}

#define ATTR(number, name, ctype, type) AttrRow{number, #name, CType::ctype, type}
#define ATTR_ANY(ctype, type) AttrRow{any_number, nullptr, CType::ctype, type}
#define ATTRS(id, unknown, ...) constexpr AttrRow id##_rows[] = {__VA_ARGS__};
#include "format/abi/netlink/all.def"
#undef ATTRS

constexpr AttrTable table_of(const char* unknown, std::span<const AttrRow> rows) {
  const bool has_others = rows.back().number == any_number;
  return {unknown, has_others ? rows.first(rows.size() - 1) : rows, has_others ? &rows.back() : nullptr};
}

}  // namespace

#define ATTRS(id, unknown, ...) extern const AttrTable id##_attrs = table_of(unknown, id##_rows);
#include "format/abi/netlink/all.def"
#undef ATTRS

const AttrRow* attr_of(const AttrTable& table, unsigned number) {
  const auto found = std::lower_bound(table.rows.begin(), table.rows.end(), number,
                                      [](const AttrRow& row, unsigned wanted) { return row.number < wanted; });
  return found != table.rows.end() && found->number == number ? &*found : nullptr;
}

const NetlinkBody* route_body_of(unsigned message_type) {
  // Types come in fours: new, delete, get, set.
  static const NetlinkBody bodies[] = {
      {16, 19, &ifinfomsg_layout, &link_attrs},
      {20, 23, &ifaddrmsg_layout, &ifaddr_attrs},
      {24, 27, &rtmsg_layout, &route_attrs},
      {28, 31, &ndmsg_layout, &neighbour_attrs},
      {32, 35, &fib_rule_hdr_layout, &rule_attrs},
      {36, 47, &tcmsg_layout, &tc_attrs},                // qdisc, class, filter
      {48, 51, &tcamsg_layout, &tc_action_root_attrs},
      {56, 63, &ifaddrmsg_layout, &ifaddr_attrs},        // multicast, anycast
      {64, 67, &ndtmsg_layout, &neightbl_attrs},
      {72, 75, &ifaddrlblmsg_layout, &ifaddrlabel_attrs},
      {78, 79, &dcbmsg_layout, &dcb_attrs},
      {80, 83, &netconfmsg_layout, &netconf_attrs},
      {84, 87, &br_port_msg_layout, &mdb_attrs},
      {88, 91, &rtgenmsg_layout, &nsid_attrs},
      {92, 95, &if_stats_msg_layout, &stats_attrs},
      {96, 99, &rtgenmsg_layout, &cachereport_attrs},
      {100, 103, &tcmsg_layout, &tc_attrs},              // chain
      {104, 107, &nhmsg_layout, &nexthop_attrs},
  };
  for (const NetlinkBody& body : bodies) {
    if (message_type >= body.first && message_type <= body.last) return &body;
  }
  return nullptr;
}

}  // namespace sysreel::abi
