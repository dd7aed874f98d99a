// Payloads of rtnetlink attributes that print in their own way: links, routes, bridges.
#include <algorithm>

#include "analyzer/text/network/netlink.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t attr_header = 4;
constexpr std::uint64_t align(std::uint64_t length) { return (length + 3) & ~std::uint64_t{3}; }

// The string in the first attribute of that number in a nest; empty if there is none.
std::string_view string_attr(ByteSpan nest, unsigned number) {
  while (nest.size() >= attr_header) {
    const auto length = number_in<std::uint16_t>(nest, 0);
    if (length < attr_header || length > nest.size()) return {};
    if ((number_in<std::uint16_t>(nest, 2) & 0x3fff) == number) {
      const std::string_view text(reinterpret_cast<const char*>(nest.data()) + attr_header, length - attr_header);
      return text.substr(0, text.find('\0'));
    }
    if (align(length) >= nest.size()) return {};
    nest = nest.subspan(align(length));
  }
  return {};
}

enum LinkInfo : unsigned { info_kind = 1, info_slave_kind = 4 };

// The nest that is being printed, as print_link_info left it in the frame.
std::string_view link_kind(const CallPrinter& p, unsigned number) { return string_attr(p.frame.bytes, number); }

// A structure of which `least` bytes must be there; fields beyond the payload are left out.
void print_grown(CallPrinter& p, const abi::Struct& layout, const Range& range, std::uint64_t least) {
  if (range.length < least) return print_hex_range(p, range);
  const std::uint64_t size = std::min<std::uint64_t>(range.length, abi::size_of(layout, p.call.abi));
  const auto bytes = p.fetch(range.flow, range.address, size);
  if (!bytes) return print_address(p.out, range.address);
  print_struct(p, layout, range.flow, range.address, *bytes);
}

}  // namespace

void print_link_info(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const CallPrinter::Frame outer = p.frame;
  const MemoryImage::Run nest = p.fetch_run(range.flow, value, range.length);
  p.frame = {nullptr, nest.bytes, value};
  print_attrs(p, abi::linkinfo_attrs, range);
  p.frame = outer;
}

void print_link_kind(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_attr_string(p, type, value); }

void print_link_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const std::string_view kind = link_kind(p, info_kind);
  if (kind == "bridge") return print_attrs(p, abi::bridge_attrs, range);
  if (kind == "tun") return print_attrs(p, abi::tun_attrs, range);
  print_hex_range(p, range);
}

void print_link_xstats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (link_kind(p, info_kind) != "can") return print_hex_range(p, range);
  print_grown(p, abi::can_device_stats_layout, range, abi::size_of(abi::can_device_stats_layout, p.call.abi));
}

void print_link_slave_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (link_kind(p, info_slave_kind) == "bridge") return print_attrs(p, abi::brport_attrs, range);
  print_hex_range(p, range);
}

void print_link_hardware_address(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_attr_hardware_address(p, type, value);
}

void print_link_stats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_grown(p, abi::rtnl_link_stats_layout, range_of(type, value), 23 * 4);
}
void print_link_stats64(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_grown(p, abi::rtnl_link_stats64_layout, range_of(type, value), 23 * 8);
}

void print_link_protinfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint8_t bridge = 7, inet6 = 10;
  const Range range = range_of(type, value);
  switch (number_in<std::uint8_t>(p.frame.bytes, 0)) {
    case bridge: return print_attrs(p, abi::brport_attrs, range);
    case inet6: return print_attrs(p, abi::inet6_link_attrs, range);
    default: return print_hex_range(p, range);
  }
}

void print_link_af_spec(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint8_t bridge = 7;
  const bool is_bridge = number_in<std::uint8_t>(p.frame.bytes, 0) == bridge;
  print_attrs(p, is_bridge ? abi::af_bridge_attrs : abi::af_spec_attrs, range_of(type, value));
}

// One family's part of IFLA_AF_SPEC: the attribute's number is the family.
void print_link_af_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned inet = 2, inet6 = 10, mctp = 45;
  const Range range = range_of(type, value);
  switch (type.copy.count2.count) {
    case inet: return print_attrs(p, abi::af_inet_attrs, range);
    case inet6: return print_attrs(p, abi::inet6_link_attrs, range);
    case mctp: return print_attrs(p, abi::af_mctp_attrs, range);
    default: return print_hex_range(p, range);
  }
}

void print_link_af_stats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_attrs(p, abi::stats_families_attrs, range_of(type, value));
}

namespace {

constexpr std::size_t mcast_stats_size = (14 * 2 + 2) * 8;

// struct br_mcast_stats: counters of received and sent messages, and of errors.
void print_mcast_counters(CallPrinter& p, ByteSpan bytes) {
  struct Row {
    const char* name;
    bool pair;
  };
  static constexpr Row rows[] = {{"igmp_v1queries", true}, {"igmp_v2queries", true}, {"igmp_v3queries", true},
                                 {"igmp_leaves", true}, {"igmp_v1reports", true}, {"igmp_v2reports", true},
                                 {"igmp_v3reports", true}, {"igmp_parse_errors", false}, {"mld_v1queries", true},
                                 {"mld_v2queries", true}, {"mld_leaves", true}, {"mld_v1reports", true},
                                 {"mld_v2reports", true}, {"mld_parse_errors", false}, {"mcast_bytes", true},
                                 {"mcast_packets", true}};
  Braces fields(p);
  std::size_t offset = 0;
  const auto next = [&] {
    offset += 8;
    return number_in<std::uint64_t>(bytes, offset - 8);
  };
  for (const Row& row : rows) {
    fields.name(row.name);
    if (!row.pair) {
      p.out.decimal(next());
      continue;
    }
    p.out.put('[');
    for (unsigned i = 0; i < 2; ++i) {
      if (i != 0) p.out.put(", ");
      print_index(p, abi::bridge_mcast_directions, i);
      p.out.decimal(next());
    }
    p.out.put(']');
  }
}

}  // namespace

void print_bridge_mcast_stats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < mcast_stats_size) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, mcast_stats_size);
  if (!bytes) return print_address(p.out, value);
  print_mcast_counters(p, *bytes);
  if (range.length == mcast_stats_size) return;
  p.out.put(", ");
  print_hex_range(p, range.from(mcast_stats_size));
}

namespace {

void print_mdb_head(CallPrinter& p, const Range& range) {
  constexpr std::size_t size = 28;  // struct br_mdb_entry
  constexpr std::uint16_t ip = 0x0800, ipv6 = 0x86dd;
  const auto bytes = p.fetch(range.flow, range.address, size);
  if (!bytes) return print_address(p.out, range.address);
  Braces fields(p);
  fields.name("ifindex");
  print(p, abi::value(abi::Kind::ifindex), number_in<std::uint32_t>(*bytes, 0));
  fields.name("state");
  print_one_of(p, abi::mdb_states, number_in<std::uint8_t>(*bytes, 4));
  fields.name("flags");
  print_flags(p, abi::mdb_flags, number_in<std::uint8_t>(*bytes, 5));
  fields.name("vid");
  p.out.decimal(number_in<std::uint16_t>(*bytes, 6));
  fields.name("addr");
  {
    Braces address(p);
    const std::uint16_t protocol = from_network(number_in<std::uint16_t>(*bytes, 24));
    if (protocol == ip) {
      address.name("u");
      print(p, abi::value(abi::Kind::in_addr), number_in<std::uint32_t>(*bytes, 8));
    } else if (protocol == ipv6) {
      address.next();
      print_in6_addr_field(p, bytes->subspan(8, 16), "u");
    } else {
      address.name("u");
      print_hex_string(p, bytes->subspan(8, 16));
    }
    address.name("proto");
    if (protocol == 0) {
      print_raw_or(p, bytes->subspan(24, 2), "htons(AF_UNSPEC)");
    } else {
      print(p, abi::value(abi::Kind::ethernet_protocol), number_in<std::uint16_t>(*bytes, 24));
    }
  }
}

void print_router_port(CallPrinter& p, const Range& range) {
  const auto index = p.fetch<std::uint32_t>(range.flow, range.address);
  if (!index) return print_address(p.out, range.address);
  print(p, abi::value(abi::Kind::ifindex), *index);
}

}  // namespace

void print_mdb_entry_info(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  constexpr std::uint64_t size = 28;
  if (range.length < size) return print_hex_range(p, range);
  print_mdb_head(p, range);
  if (range.length == size) return;
  p.out.put(", ");
  print_attrs(p, abi::mdb_eattr_attrs, range.from(size));
}

void print_mdb_router_port(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < 4) return print_hex_range(p, range);
  print_router_port(p, range);
  if (range.length == 4) return;
  p.out.put(", ");
  print_attrs(p, abi::mdb_router_port_attrs, range.from(4));
}

// Next hops in a row, each with attributes of a route.
void print_route_multipath(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t size = 8;  // struct rtnexthop
  Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  if (!p.fetch(range.flow, value, size)) return print_address(p.out, value);
  bool in_array = false;
  while (true) {
    const auto bytes = range.length < size ? std::nullopt : p.fetch(range.flow, range.address, size);
    if (!bytes) {
      if (range.length < size) {
        print_hex_range(p, range);
      } else {
        print_array_end(p, range.flow, range.address, size);
      }
      break;
    }
    const auto stated = number_in<std::uint16_t>(*bytes, 0);
    const bool more = stated >= size && range.length > align(stated);
    if (more && !in_array) {
      p.out.put('[');
      in_array = true;
    }
    const std::uint64_t length = std::min<std::uint64_t>(stated, range.length);
    p.out.put('[');
    const CallPrinter::Frame outer = p.frame;
    print_struct(p, abi::rtnexthop_layout, range.flow, range.address, *bytes);
    p.frame = outer;
    if (length > size) {
      p.out.put(", ");
      print_attrs(p, abi::route_attrs, {range.flow, range.address + size, length - size});
    }
    p.out.put(']');
    if (!more) break;
    p.out.put(", ");
    range = range.from(align(stated));
  }
  if (in_array) p.out.put(']');
}

void print_route_via(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < 2) return print_hex_range(p, range);
  const auto family = p.fetch<std::uint16_t>(range.flow, value);
  if (!family) return print_address(p.out, value);
  Braces fields(p);
  fields.name("rtvia_family");
  print_one_of(p, abi::address_families, *family);
  const Range rest = range.from(2);
  if (rest.length == 0) return;
  const auto inet = *family == 2 && rest.length >= 4 ? p.fetch<std::uint32_t>(rest.flow, rest.address) : std::nullopt;
  const auto inet6 = *family == 10 && rest.length >= 16 ? p.fetch(rest.flow, rest.address, 16) : std::nullopt;
  if (inet6) {
    fields.next();
    return print_in6_addr_field(p, *inet6, "rtvia_addr");
  }
  fields.name("rtvia_addr");
  if (inet) return print(p, abi::value(abi::Kind::in_addr), *inet);
  print_hex_range(p, rest);
}

}  // namespace sysreel::text
