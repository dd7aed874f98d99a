// Names and values of socket options, by level and name.
#include <algorithm>
#include <bit>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// --- names -------------------------------------------------------------------------------------------------------------------

// Options of a level. Some numbers mean different things to getsockopt and setsockopt: those tables come first.
struct LevelRow {
  std::uint32_t level;
  const abi::Names* options;
  const abi::Names* get = nullptr;
  const abi::Names* set = nullptr;
};

const LevelRow levels[] = {
    {0, &abi::ip_options, &abi::ip_get_options, &abi::ip_set_options},
    {1, &abi::so_options, &abi::so_get_options},
    {6, &abi::tcp_options},
    {17, &abi::udp_options},
    {40, &abi::vsock_options},
    {41, &abi::ipv6_options, &abi::ipv6_get_options, &abi::ipv6_set_options},
    {101, &abi::can_raw_options},
    {132, &abi::sctp_options},
    {255, &abi::raw_options},
    {256, &abi::ipx_options},
    {257, &abi::ax25_options},
    {263, &abi::packet_options},
    {266, &abi::irda_options},
    {268, &abi::llc_options},
    {269, &abi::dccp_options},
    {270, &abi::netlink_options},
    {271, &abi::tipc_options},
    {272, &abi::rxrpc_options},
    {273, &abi::pppol2tp_options},
    {274, &abi::bluetooth_options},
    {275, &abi::pnpipe_options},
    {276, &abi::rds_options},
    {277, &abi::iucv_options},
    {278, &abi::caif_options},
    {279, &abi::alg_options},
    {280, &abi::nfc_llcp_options},
    {281, &abi::kcm_options},
    {282, &abi::tls_options},
    {283, &abi::xdp_options},
    {284, &abi::mptcp_options},
    {285, &abi::mctp_options},
    {286, &abi::smc_options},
};

bool is_get(const CallPrinter& p) { return std::string_view(p.row.name) == "getsockopt"; }

// --- values ------------------------------------------------------------------------------------------------------------------

// One option's value in the tracee's memory; `length` is what the kernel read or wrote.
struct Value {
  abi::Flow flow;
  std::uint64_t address;
  std::int64_t length;
  bool get;
};

constexpr std::int64_t int_size = 4;

void print_quoted_hex_at(CallPrinter& p, const Value& value) {
  const auto bytes = p.fetch(value.flow, value.address, static_cast<std::size_t>(std::max<std::int64_t>(value.length, 0)));
  if (!bytes) return print_address(p.out, value.address);
  const std::size_t shown = std::min<std::size_t>(bytes->size(), p.options.string_limit);
  print_hex_string(p, bytes->first(shown), shown < bytes->size());
}

void print_int_at(CallPrinter& p, const Value& value) {
  const auto number = p.fetch<std::int32_t>(value.flow, value.address);
  if (!number) return print_address(p.out, value.address);
  p.out.put('[');
  p.out.signed_decimal(*number);
  p.out.put(']');
}

// What is shorter than the option's type is shown as it is: bytes that came back, the address of what was sent.
bool too_short(CallPrinter& p, const Value& value, std::int64_t least) {
  if (value.length >= least) return false;
  if (value.get) {
    print_quoted_hex_at(p, value);
  } else {
    print_address(p.out, value.address);
  }
  return true;
}

void print_int(CallPrinter& p, const Value& value) {
  if (!too_short(p, value, int_size)) print_int_at(p, value);
}

// A structure: what was written may be shorter than it is (then as many whole fields as there are), what is read not.
void print_layout(CallPrinter& p, const Value& value, const abi::Struct& layout) {
  const std::int64_t size = abi::size_of(layout, p.call.abi);
  if (!value.get && value.length < size) return print_address(p.out, value.address);
  const auto length = static_cast<std::size_t>(std::min(value.length, size));
  const auto bytes = p.fetch(value.flow, value.address, length);
  if (!bytes) return print_address(p.out, value.address);
  // The end of a field that came only in part.
  std::size_t whole = 0;
  for (unsigned i = 0; i < layout.fields.size(); ++i) {
    const std::size_t begin = abi::offset_of(layout, i, p.call.abi);
    const std::size_t end = begin + abi::size_of(layout.fields[i].ctype, p.call.abi);
    if (end <= length) whole = end;
  }
  p.out.put('{');
  print_fields(p, layout, value.flow, value.address, *bytes, 0, static_cast<unsigned>(layout.fields.size()));
  if (whole < length) {
    unsigned cut = 0;
    while (abi::offset_of(layout, cut, p.call.abi) < whole) ++cut;
    if (whole != 0) p.out.put(", ");
    p.out.put(layout.fields[cut].name);
    p.out.put('=');
    print_hex_string(p, bytes->subspan(whole));
  }
  p.out.put('}');
}

// A structure that the kernel takes only in its exact size.
void print_exact_layout(CallPrinter& p, const Value& value, const abi::Struct& layout) {
  if (value.length != abi::size_of(layout, p.call.abi)) return print_address(p.out, value.address);
  print_layout(p, value, layout);
}

void print_linger(CallPrinter& p, const Value& value) { print_layout(p, value, abi::linger_layout); }
void print_peer_credentials(CallPrinter& p, const Value& value) { print_layout(p, value, abi::ucred_layout); }
void print_ip_membership(CallPrinter& p, const Value& value) { print_layout(p, value, abi::ip_mreq_layout); }
void print_packet_statistics(CallPrinter& p, const Value& value) { print_layout(p, value, abi::tpacket_stats_layout); }
void print_packet_ring(CallPrinter& p, const Value& value) { print_exact_layout(p, value, abi::tpacket_req_layout); }

void print_ipv6_membership(CallPrinter& p, const Value& value) {
  const auto bytes = value.length >= 20 ? p.fetch(value.flow, value.address, 20) : std::nullopt;
  if (!bytes) return print_address(p.out, value.address);
  Braces fields(p);
  fields.next();
  print_in6_addr_field(p, bytes->first(16), "ipv6mr_multiaddr");
  fields.name("ipv6mr_interface");
  print(p, abi::value(abi::Kind::ifindex), number_in<std::uint32_t>(*bytes, 16));
}

void print_packet_membership(CallPrinter& p, const Value& value) {
  const auto bytes = value.length == 16 ? p.fetch(value.flow, value.address, 16) : std::nullopt;
  if (!bytes) return print_address(p.out, value.address);
  Braces fields(p);
  fields.name("mr_ifindex");
  print(p, abi::value(abi::Kind::ifindex), number_in<std::uint32_t>(*bytes, 0));
  fields.name("mr_type");
  print_one_of(p, abi::packet_membership_types, number_in<std::uint16_t>(*bytes, 4));
  const auto length = number_in<std::uint16_t>(*bytes, 6);
  fields.name("mr_alen");
  p.out.decimal(length);
  fields.name("mr_address");
  print_hardware_address(p, bytes->subspan(8, std::min<std::size_t>(length, 8)));
}

void print_group(CallPrinter& p, const Value& value) {
  constexpr std::int64_t size = 136, address_offset = 8;  // struct group_req: an interface and a sockaddr_storage
  const auto bytes = value.length >= size ? p.fetch(value.flow, value.address, size) : std::nullopt;
  if (!bytes) return print_address(p.out, value.address);
  Braces fields(p);
  fields.name("gr_interface");
  print(p, abi::value(abi::Kind::ifindex), number_in<std::uint32_t>(*bytes, 0));
  fields.name("gr_group");
  print_sockaddr(p, bytes->subspan(address_offset));
}

void print_error(CallPrinter& p, const Value& value) {
  if (value.length < int_size) return print_quoted_hex_at(p, value);
  const auto error = p.fetch<std::uint32_t>(value.flow, value.address);
  if (!error) return print_address(p.out, value.address);
  const char* name = *error < 4096 ? abi::errno_name(static_cast<int>(*error)) : nullptr;
  p.out.put('[');
  if (name && p.options.constants != ConstantStyle::raw) {
    if (p.options.constants == ConstantStyle::verbose) {
      p.out.decimal(*error);
      print_note(p, name);
    } else {
      p.out.put(name);
    }
  } else {
    p.out.decimal(*error);
  }
  p.out.put(']');
}

void print_rehash(CallPrinter& p, const Value& value) {
  if (too_short(p, value, int_size)) return;
  const auto number = p.fetch<std::int32_t>(value.flow, value.address);
  if (!number) return print_address(p.out, value.address);
  p.out.put('[');
  print_one_of_decimal(p, abi::txrehash_values, *number);
  p.out.put(']');
}

// A set of ICMP types; where most are in it, those that are not.
void print_icmp_filter(CallPrinter& p, const Value& value) {
  if (value.length <= 0) return print_address(p.out, value.address);
  const auto bytes = p.fetch(value.flow, value.address, static_cast<std::size_t>(std::min(value.length, int_size)));
  if (!bytes) return print_address(p.out, value.address);
  std::uint32_t set = ~0u;
  std::memcpy(&set, bytes->data(), bytes->size());
  if (std::popcount(set) > 16) {
    set = ~set;
    p.out.put('~');
  }
  p.out.put('[');
  bool first = true;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if (!(set >> bit & 1)) continue;
    if (!first) p.out.put(' ');
    first = false;
    print_one_of(p, abi::icmp_types, bit);
  }
  p.out.put(']');
}

void print_importance(CallPrinter& p, const Value& value) {
  const auto importance = value.length >= int_size ? p.fetch<std::uint32_t>(value.flow, value.address) : std::nullopt;
  if (!importance) return print_address(p.out, value.address);
  p.out.put('[');
  print_one_of(p, abi::tipc_importances, *importance);
  p.out.put(']');
}

void print_tipc_group(CallPrinter& p, const Value& value) {
  if (value.length < abi::size_of(abi::tipc_group_req_layout, p.call.abi)) return print_address(p.out, value.address);
  print_layout(p, value, abi::tipc_group_req_layout);
}

void print_protocol(CallPrinter& p, const Value& value) {
  if (value.length != int_size) return print_quoted_hex_at(p, value);
  const auto protocol = p.fetch<std::uint32_t>(value.flow, value.address);
  if (!protocol) return print_address(p.out, value.address);
  p.out.put('[');
  print_one_of(p, abi::inet_protocols, *protocol);
  p.out.put(']');
}

// Two ports in one number, [0xea60ea60 /* 60000..60000 */]; a port of 0 is no bound. A range that no port is in is not shown.
void print_port_range(CallPrinter& p, const Value& value) {
  if (value.length < 0) return print_address(p.out, value.address);
  if (value.length != int_size) return print_quoted_hex_at(p, value);
  const auto range = p.fetch<std::uint32_t>(value.flow, value.address);
  if (!range) return print_address(p.out, value.address);
  const unsigned low = *range & 0xffff, high = *range >> 16;
  p.out.put('[');
  p.out.hex(*range);
  if (p.options.constants != ConstantStyle::raw && *range != 0 && (low == 0 || high == 0 || low <= high)) {
    p.out.put(" /* ");
    if (low != 0) p.out.decimal(low);
    p.out.put("..");
    if (high != 0) p.out.decimal(high);
    p.out.put(" */");
  }
  p.out.put(']');
}

void print_pidfd(CallPrinter& p, const Value& value) {
  if (too_short(p, value, int_size)) return;
  const auto fd = p.fetch<std::uint32_t>(value.flow, value.address);
  if (!fd) return print_address(p.out, value.address);
  p.out.put('[');
  print(p, abi::value(abi::Kind::fd), *fd);
  p.out.put(']');
}

void print_tcp_ao_key(CallPrinter& p, const Value& value) {  // struct tcp_ao_add: linux/tcp.h
  constexpr std::size_t size = 288, address_size = 128, name_size = 64, key_offset = 208, key_size = 80;
  const auto bytes = value.length >= static_cast<std::int64_t>(size) ? p.fetch(value.flow, value.address, size) : std::nullopt;
  if (!bytes) return print_address(p.out, value.address);
  Braces fields(p);
  const auto octet = [&](std::string_view name, std::size_t offset) {
    fields.name(name);
    p.out.decimal(number_in<std::uint8_t>(*bytes, offset));
  };
  fields.name("addr");
  print_sockaddr(p, bytes->first(address_size));
  octet("prefix", 202);
  fields.name("alg_name");
  print_quoted_field(p, bytes->subspan(address_size, name_size));
  fields.name("ifindex");
  print(p, abi::value(abi::Kind::ifindex), number_in<std::uint32_t>(*bytes, 192));
  const auto bits = number_in<std::uint32_t>(*bytes, 196);
  fields.name("set_current");
  p.out.decimal(bits & 1);
  fields.name("set_rnext");
  p.out.decimal(bits >> 1 & 1);
  octet("sndid", 203);
  octet("rcvid", 204);
  octet("maclen", 205);
  fields.name("keyflags");
  print_flags(p, abi::tcp_ao_key_flags, number_in<std::uint8_t>(*bytes, 206));
  const auto length = number_in<std::uint8_t>(*bytes, 207);
  fields.name("key");
  print_hex_string(p, bytes->subspan(key_offset, std::min<std::size_t>(length, key_size)));
  fields.name("keylen");
  p.out.decimal(length);
}

void print_memberships(CallPrinter& p, const Value& value) {
  const auto count = static_cast<std::uint64_t>(value.length) / sizeof(std::uint32_t);
  print_array(p, value.flow, value.address, count, sizeof(std::uint32_t),
              [&](std::uint64_t, ByteSpan bytes) { p.out.decimal(number_in<std::uint32_t>(bytes, 0)); });
}

void print_netlink_int(CallPrinter& p, const Value& value) {
  if (value.get) return print_int_at(p, value);
  print_int(p, value);
}

enum Direction : unsigned { get = 1, set = 2, both = 3 };

struct OptionRow {
  std::uint32_t level;
  std::uint32_t first, last;  // option numbers
  unsigned direction;
  void (*print)(CallPrinter&, const Value&);
};

constexpr std::uint32_t any = ~0u;

// The first row that fits holds; options without a row print as a number if they are as long as one, else as bytes.
constexpr OptionRow option_rows[] = {
    {0, 35, 36, set, print_ip_membership},        // IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP
    {0, 42, 42, set, print_group},                // MCAST_JOIN_GROUP
    {0, 45, 45, set, print_group},                // MCAST_LEAVE_GROUP
    {0, 51, 51, both, print_port_range},          // IP_LOCAL_PORT_RANGE
    {0, 52, 52, get, print_protocol},             // IP_PROTOCOL
    {1, 4, 4, get, print_error},                  // SO_ERROR
    {1, 13, 13, both, print_linger},              // SO_LINGER
    {1, 17, 17, get, print_peer_credentials},     // SO_PEERCRED
    {1, 74, 74, both, print_rehash},              // SO_TXREHASH
    {1, 1, 2, both, print_int},                   // SO_DEBUG, SO_REUSEADDR
    {1, 5, 12, both, print_int},                  // SO_DONTROUTE … SO_PRIORITY
    {1, 14, 16, both, print_int},                 // SO_BSDCOMPAT, SO_REUSEPORT, SO_PASSCRED
    {1, 18, 19, both, print_int},                 // SO_RCVLOWAT, SO_SNDLOWAT
    {1, 27, 27, both, print_int},                 // SO_DETACH_FILTER
    {1, 29, 30, both, print_int},                 // SO_TIMESTAMP_OLD, SO_ACCEPTCONN
    {1, 32, 37, both, print_int},                 // SO_SNDBUFFORCE … SO_TIMESTAMPING_OLD
    {1, 40, 46, both, print_int},                 // SO_RXQ_OVFL … SO_BUSY_POLL
    {1, 49, 49, both, print_int},                 // SO_INCOMING_CPU
    {1, 53, 53, both, print_int},                 // SO_CNX_ADVICE
    {1, 56, 56, both, print_int},                 // SO_INCOMING_NAPI_ID
    {1, 60, 60, both, print_int},                 // SO_ZEROCOPY
    {1, 63, 65, both, print_int},                 // SO_TIMESTAMP_NEW … SO_TIMESTAMPING_NEW
    {1, 68, 70, both, print_int},                 // SO_DETACH_REUSEPORT_BPF … SO_BUSY_POLL_BUDGET
    {1, 73, 73, both, print_int},                 // SO_RESERVE_MEM
    {1, 75, 76, both, print_int},                 // SO_RCVMARK, SO_PASSPIDFD
    {1, 77, 77, get, print_pidfd},                // SO_PEERPIDFD
    {1, 82, 84, both, print_int},                 // SO_RCVPRIORITY, SO_PASSRIGHTS, SO_INQ
    {6, 38, 38, set, print_tcp_ao_key},           // TCP_AO_ADD_KEY
    {41, 20, 21, set, print_ipv6_membership},     // IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP
    {41, 27, 28, set, print_ipv6_membership},     // IPV6_JOIN_ANYCAST, IPV6_LEAVE_ANYCAST
    {41, 42, 42, set, print_group},
    {41, 45, 45, set, print_group},
    {255, 1, 1, both, print_icmp_filter},         // ICMP_FILTER
    {263, 1, 2, set, print_packet_membership},    // PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP
    {263, 5, 5, set, print_packet_ring},          // PACKET_RX_RING
    {263, 13, 13, set, print_packet_ring},        // PACKET_TX_RING
    {263, 6, 6, get, print_packet_statistics},    // PACKET_STATISTICS
    {270, 9, 9, get, print_memberships},          // NETLINK_LIST_MEMBERSHIPS
    {270, 0, any, both, print_netlink_int},
    {271, 127, 127, both, print_importance},      // TIPC_IMPORTANCE
    {271, 135, 135, both, print_tipc_group},      // TIPC_GROUP_JOIN
};

}  // namespace

void print_sockopt_name(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto level = static_cast<std::uint32_t>(p.call.args[1]);
  const auto option = static_cast<std::uint32_t>(value);
  for (const LevelRow& row : levels) {
    if (row.level != level) continue;
    const abi::Names* special = is_get(p) ? row.get : row.set;
    if (special && name_of(*special, option)) return print_one_of(p, *special, option);
    return print_one_of(p, *row.options, option);
  }
  p.out.decimal(option);
}

void print_sockopt_value(CallPrinter& p, const abi::Type& type, std::uint64_t address) {
  if (!follow(p, type, address)) return;
  const bool gets = is_get(p);
  const auto length = static_cast<std::int32_t>(p.count(type.copy.count, address));
  if (gets && length <= 0) return print_address(p.out, address);
  const Value value{type.copy.flow, address, length, gets};
  const auto level = static_cast<std::uint32_t>(p.call.args[1]);
  const auto option = static_cast<std::uint32_t>(p.call.args[2]);
  for (const OptionRow& row : option_rows) {
    if (row.level != level || option < row.first || option > row.last || !(row.direction & (gets ? get : set))) continue;
    return row.print(p, value);
  }
  if (length < 0) return print_address(p.out, address);
  if (length == int_size) return print_int_at(p, value);
  print_bytes_at(p, value.flow, address, static_cast<std::uint64_t>(length));
}

}  // namespace sysreel::text
