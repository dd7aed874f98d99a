// Netlink messages: a header, a body by the protocol of the socket, attributes. uapi linux/netlink.h.
#include <algorithm>

#include "analyzer/text/network/netlink.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

enum Protocol : unsigned {
  netlink_route = 0, netlink_sock_diag = 4, netlink_xfrm = 6, netlink_selinux = 7, netlink_audit = 9,
  netlink_netfilter = 12, netlink_kobject_uevent = 15, netlink_generic = 16, netlink_crypto = 21
};
enum MessageType : unsigned { type_error = 2, type_done = 3, first_protocol_type = 16 };
enum MessageFlag : unsigned { flag_request = 0x1, flag_capped = 0x100 };
constexpr std::uint64_t header_size = 16;
constexpr std::uint64_t align(std::uint64_t length) { return (length + 3) & ~std::uint64_t{3}; }

struct MessageHeader {
  std::uint32_t length;
  std::uint16_t type;
  std::uint16_t flags;
  std::uint32_t sequence;
  std::uint32_t pid;
};
static_assert(sizeof(MessageHeader) == header_size);

// --- the header --------------------------------------------------------------------------------------------------------------

const abi::Names* types_of(unsigned protocol) {
  switch (protocol) {
    case netlink_route: return &abi::route_types;
    case netlink_sock_diag: return &abi::sock_diag_types;
    case netlink_xfrm: return &abi::xfrm_types;
    case netlink_selinux: return &abi::selinux_types;
    case netlink_audit: return &abi::audit_types;
    case netlink_crypto: return &abi::crypto_types;
    case netlink_generic: return &abi::generic_families;
    default: return &abi::netlink_types;
  }
}

const abi::Names* netfilter_types_of(unsigned subsystem) {
  switch (subsystem) {
    case 1: return &abi::nf_conntrack_types;
    case 2: return &abi::nf_expect_types;
    case 3: return &abi::nf_queue_types;
    case 4: return &abi::nf_log_types;
    case 5: return &abi::nf_osf_types;
    case 6: return &abi::nf_ipset_types;
    case 7: return &abi::nf_acct_types;
    case 8: return &abi::nf_cttimeout_types;
    case 9: return &abi::nf_cthelper_types;
    case 10: return &abi::nf_tables_types;
    case 11: return &abi::nf_compat_types;
    case 12: return &abi::nf_hook_types;
    default: return nullptr;
  }
}

// NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE
void print_netfilter_type(CallPrinter& p, unsigned type) {
  if (name_of(abi::netfilter_control_types, type)) return print_one_of(p, abi::netfilter_control_types, type);
  print_one_of(p, abi::netfilter_subsystems, type >> 8);
  p.out.put("<<8|");
  if (const abi::Names* names = netfilter_types_of(type >> 8)) return print_one_of(p, *names, type & 0xff);
  p.out.hex(type & 0xff);
}

void print_type(CallPrinter& p, unsigned protocol, unsigned type) {
  if (type < first_protocol_type) return print_one_of(p, abi::netlink_types, type);
  if (protocol == netlink_netfilter) return print_netfilter_type(p, type);
  print_one_of(p, *types_of(protocol), type);
}

enum class Verb { none, get, create, remove };

// What a message of netfilter asks for: flags mean different things to each.
Verb netfilter_verb(unsigned type) {
  const unsigned message = type & 0xff;
  switch (type >> 8) {
    case 1: return message == 0 ? Verb::create : (message == 2 ? Verb::remove : (message <= 7 ? Verb::get : Verb::none));
    case 2: return message == 0 ? Verb::create : (message == 2 ? Verb::remove : (message <= 3 ? Verb::get : Verb::none));
    case 7: return message == 0 ? Verb::create : (message == 3 ? Verb::remove : (message <= 2 ? Verb::get : Verb::none));
    case 8: return message == 0 ? Verb::create : (message == 2 ? Verb::remove : (message == 1 ? Verb::get : Verb::none));
    case 9: return message == 0 ? Verb::create : (message == 2 ? Verb::remove : (message == 1 ? Verb::get : Verb::none));
    case 10: {
      constexpr unsigned create[] = {0, 3, 6, 9, 12, 15, 18, 22}, get[] = {1, 4, 7, 10, 13, 16, 19, 21, 23, 25, 33},
                         remove[] = {2, 5, 8, 11, 14, 20, 24, 26, 27, 28, 29, 30, 31, 32};
      const auto in = [&](const auto& set) { return std::find(std::begin(set), std::end(set), message) != std::end(set); };
      return in(create) ? Verb::create : (in(get) ? Verb::get : (in(remove) ? Verb::remove : Verb::none));
    }
    case 11:
    case 12: return message == 0 ? Verb::get : Verb::none;
    default: return Verb::none;
  }
}

Verb xfrm_verb(unsigned type) {
  switch (type - first_protocol_type) {
    case 0: case 3: case 14: case 18: case 20: return Verb::create;
    case 1: case 4: return Verb::remove;
    case 2: case 5: case 15: case 19: case 21: return Verb::get;
    default: return Verb::none;
  }
}

Verb verb_of(unsigned protocol, unsigned type) {
  constexpr unsigned delete_action = 49;  // RTM_DELACTION takes the flags of a dump
  switch (protocol) {
    case netlink_route: {
      constexpr Verb verbs[] = {Verb::create, Verb::remove, Verb::get, Verb::none};
      return type == delete_action ? Verb::get : verbs[type & 3];
    }
    case netlink_sock_diag:
    case netlink_generic: return Verb::get;
    case netlink_netfilter: return netfilter_verb(type);
    case netlink_crypto:
      return type == 16 ? Verb::create : (type == 17 || type == 20 ? Verb::remove : (type == 19 ? Verb::get : Verb::none));
    case netlink_xfrm: return xfrm_verb(type);
    default: return Verb::none;
  }
}

const abi::Names& flags_of(unsigned protocol, unsigned type) {
  if (type < first_protocol_type) return type == type_error ? abi::netlink_ack_flags : abi::netlink_flags;
  switch (verb_of(protocol, type)) {
    case Verb::get: return abi::netlink_get_flags;
    case Verb::create: return abi::netlink_new_flags;
    case Verb::remove: return abi::netlink_delete_flags;
    case Verb::none: break;
  }
  return abi::netlink_flags;
}

void print_message_header(CallPrinter& p, const MessageHeader& header, unsigned protocol) {
  Braces fields(p);
  fields.name("nlmsg_len");
  p.out.decimal(header.length);
  fields.name("nlmsg_type");
  print_type(p, protocol, header.type);
  fields.name("nlmsg_flags");
  print_flags(p, flags_of(protocol, header.type), header.flags);
  fields.name("nlmsg_seq");
  p.out.decimal(header.sequence);
  fields.name("nlmsg_pid");
  print(p, abi::value(abi::Kind::tgid), header.pid);
}

// --- bodies ------------------------------------------------------------------------------------------------------------------

void print_with_payload(CallPrinter& p, const MessageHeader& header, const Range& range, unsigned protocol);

// An acknowledgement: the error, the header it answers, and attributes that explain it.
void print_error(CallPrinter& p, const MessageHeader& header, const Range& range, unsigned protocol) {
  constexpr std::uint64_t message_offset = 4;
  const auto error = p.fetch<std::int32_t>(range.flow, range.address);
  if (range.length < message_offset + header_size) return print_hex_range(p, range);
  const auto message = p.fetch<MessageHeader>(range.flow, range.address + message_offset);
  if (!error || !message) return print_address(p.out, range.address);
  Range rest = range.from(message_offset);
  const std::uint64_t stated = std::max<std::uint64_t>(header_size, message->length);
  const std::uint64_t payload = std::min(rest.length, header.flags & flag_capped ? header_size : stated);
  const bool has_attrs = rest.length > payload;
  if (has_attrs) p.out.put('[');
  {
    Braces fields(p);
    fields.name("error");
    const char* name = *error < 0 && *error > -4096 ? abi::errno_name(-*error) : nullptr;
    if (name && p.options.constants != ConstantStyle::raw) {
      if (p.options.constants == ConstantStyle::verbose) {
        p.out.signed_decimal(*error);
        p.out.put(" /* -");
        p.out.put(name);
        p.out.put(" */");
      } else {
        p.out.put('-');
        p.out.put(name);
      }
    } else {
      p.out.signed_decimal(*error);
    }
    fields.name("msg");
    print_with_payload(p, *message, {rest.flow, rest.address, payload}, protocol);
  }
  if (!has_attrs) return;
  p.out.put(", ");
  print_attrs(p, abi::nlmsgerr_attrs, rest.from(payload));
  p.out.put(']');
}

// A body of which only the address family is known.
void print_family(CallPrinter& p, std::uint8_t family, const Range& range) {
  Braces fields(p);
  fields.name("family");
  print_one_of(p, abi::address_families, family);
  if (range.length <= 1) return;
  fields.name("data");
  print_hex_range(p, range.from(1));
}

bool print_route(CallPrinter& p, unsigned type, const Range& range) {
  if (type == type_done) return false;
  const auto family = p.fetch<std::uint8_t>(range.flow, range.address);
  if (!family) {
    print_address(p.out, range.address);
    return true;
  }
  constexpr unsigned get_neighbour = 30, get_link = 18;
  constexpr std::uint8_t bridge = 7;  // asks for neighbours as for links
  const unsigned body_type = type == get_neighbour && *family == bridge ? get_link : type;
  const abi::NetlinkBody* body = name_of(abi::route_types, type) ? abi::route_body_of(body_type) : nullptr;
  if (!body) {
    print_family(p, *family, range);
    return true;
  }
  constexpr std::uint8_t ipv4_multicast = 128, ipv6_multicast = 129;  // RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR
  const abi::AttrTable* attrs = body->attrs;
  if (attrs == &abi::cachereport_attrs && *family != ipv4_multicast) {
    attrs = *family == ipv6_multicast ? &abi::cachereport6_attrs : nullptr;
  }
  print_body(p, *body->layout, attrs, range);
  return true;
}

bool print_crypto(CallPrinter& p, unsigned type, const Range& range) {
  if (type < 16 || type > 19 || range.length < abi::size_of(abi::crypto_user_alg_layout, p.call.abi)) return false;
  print_body(p, abi::crypto_user_alg_layout, &abi::crypto_attrs, range);
  return true;
}

bool print_selinux(CallPrinter& p, unsigned type, const Range& range) {
  const abi::Struct& layout = type == 16 ? abi::selnl_setenforce_layout : abi::selnl_policyload_layout;
  if (type < 16 || type > 17 || range.length < 4) return false;
  print_struct_at(p, layout, range.flow, range.address);
  return true;
}

bool print_netfilter(CallPrinter& p, unsigned type, const Range& range) {
  if (type == type_done) return false;
  constexpr std::uint16_t nftables = 10;
  const std::uint64_t size = abi::size_of(abi::nfgenmsg_layout, p.call.abi);
  const auto bytes = range.length < size ? std::nullopt : p.fetch(range.flow, range.address, size);
  if (!bytes) {
    range.length < size ? print_hex_range(p, range) : print_address(p.out, range.address);
    return true;
  }
  const bool control = name_of(abi::netfilter_control_types, type) != nullptr;
  {
    Braces fields(p);
    fields.name("nfgen_family");
    print_one_of(p, abi::address_families, number_in<std::uint8_t>(*bytes, 0));
    fields.name("version");
    print_one_of(p, abi::nf_versions, number_in<std::uint8_t>(*bytes, 1));
    fields.name("res_id");
    const auto raw = number_in<std::uint16_t>(*bytes, 2);
    if (type >> 8 == nftables && from_network(raw) == nftables) {
      print_constant(p, raw, "htons(NFNL_SUBSYS_NFTABLES)");
    } else if (type >> 8 == nftables && raw == nftables) {  // programs of before Linux 4.3 had the order wrong
      print_constant(p, raw, "NFNL_SUBSYS_NFTABLES");
    } else {
      p.out.put("htons(");
      p.out.decimal(from_network(raw));
      p.out.put(')');
    }
  }
  if (range.length <= size) return true;
  p.out.put(", ");
  if (control) {
    print_hex_range(p, range.from(size));
  } else {
    print_attrs(p, abi::netfilter_attrs, range.from(size));
  }
  return true;
}

bool print_protocol_body(CallPrinter& p, const MessageHeader& header, const Range& range, unsigned protocol) {
  switch (protocol) {
    case netlink_route: return print_route(p, header.type, range);
    case netlink_sock_diag: return print_sock_diag(p, header.type, header.flags & flag_request, range);
    case netlink_crypto: return print_crypto(p, header.type, range);
    case netlink_selinux: return print_selinux(p, header.type, range);
    case netlink_netfilter: return print_netfilter(p, header.type, range);
    case netlink_generic: return header.type != type_done && print_generic_netlink(p, header.type, range);
    default: return false;
  }
}

void print_payload(CallPrinter& p, const MessageHeader& header, const Range& range, unsigned protocol) {
  if (header.type == type_error) return print_error(p, header, range, protocol);
  const bool of_protocol = header.type >= first_protocol_type || header.type == type_done;
  if (of_protocol && print_protocol_body(p, header, range, protocol)) return;
  if (header.type == type_done && range.length == sizeof(std::int32_t)) {
    const auto number = p.fetch<std::int32_t>(range.flow, range.address);
    return number ? p.out.signed_decimal(*number) : print_address(p.out, range.address);
  }
  print_hex_range(p, range);
}

void print_with_payload(CallPrinter& p, const MessageHeader& header, const Range& range, unsigned protocol) {
  const std::uint64_t length = std::min<std::uint64_t>(header.length, range.length);
  const bool has_payload = length > header_size;
  if (has_payload) p.out.put('[');
  print_message_header(p, header, protocol);
  if (!has_payload) return;
  p.out.put(", ");
  print_payload(p, header, {range.flow, range.address + header_size, length - header_size}, protocol);
  p.out.put(']');
}

// What udev sends to its listeners: a header of its own before the properties. systemd's sd-device, device-monitor.
void print_uevent(CallPrinter& p, const Range& range) {
  constexpr std::size_t size = 40;
  const auto bytes = range.length >= size ? p.fetch(range.flow, range.address, size) : std::nullopt;
  static constexpr char prefix[] = "libudev";
  if (!bytes || std::memcmp(bytes->data(), prefix, sizeof prefix) != 0) {
    return print_bytes_at(p, range.flow, range.address, range.length);
  }
  struct Row {
    const char* name;
    bool network_order;
  };
  static constexpr Row rows[] = {{"magic", true},
                                 {"header_size", false},
                                 {"properties_off", false},
                                 {"properties_len", false},
                                 {"filter_subsystem_hash", true},
                                 {"filter_devtype_hash", true},
                                 {"filter_tag_bloom_hi", true},
                                 {"filter_tag_bloom_lo", true}};
  const bool has_properties = range.length > size;
  if (has_properties) p.out.put('[');
  {
    Braces fields(p);
    fields.name("prefix");
    print_quoted_field(p, bytes->first(8));
    std::size_t offset = 8;
    for (const Row& row : rows) {
      const auto value = number_in<std::uint32_t>(*bytes, offset);
      offset += 4;
      fields.name(row.name);
      if (!row.network_order) {
        p.out.decimal(value);
        continue;
      }
      p.out.put("htonl(");
      p.out.hex(from_network(value));
      p.out.put(')');
    }
  }
  if (!has_properties) return;
  p.out.put(", ");
  print_bytes_at(p, range.flow, range.address + size, range.length - size);
  p.out.put(']');
}

}  // namespace

void print_route_family(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_one_of(p, name_of(abi::address_families, value) ? abi::address_families : abi::route_families, value);
}

void print_hex_range(CallPrinter& p, const Range& range) {
  const std::uint64_t shown = std::min<std::uint64_t>(range.length, p.options.string_limit);
  const auto bytes = p.fetch(range.flow, range.address, shown);
  if (range.address == 0 || !bytes) return print_address(p.out, range.address);
  print_hex_string(p, *bytes, shown < range.length);
}

void print_body(CallPrinter& p, const abi::Struct& layout, const abi::AttrTable* attrs, const Range& range) {
  const std::uint64_t size = abi::size_of(layout, p.call.abi);
  const std::uint64_t family_size = abi::size_of(layout.fields[0].ctype, p.call.abi);
  const auto bytes = range.length >= size ? p.fetch(range.flow, range.address, size) : std::nullopt;
  if (bytes) {
    print_struct(p, layout, range.flow, range.address, *bytes);
  } else {
    const auto family = p.fetch(range.flow, range.address, family_size);
    if (!family) return print_address(p.out, range.address);
    p.out.put('{');
    print_fields(p, layout, range.flow, range.address, *family, 0, 1);
    p.out.put(", ");
    if (range.length < size) {
      p.out.put("...");
    } else {
      print_address(p.out, range.address + family_size);
    }
    p.out.put('}');
    return;
  }
  const std::uint64_t aligned = align(size);
  if (range.length <= aligned) return;
  p.out.put(", ");
  if (!attrs) return print_hex_range(p, range.from(aligned));
  const CallPrinter::Frame outer = p.frame;
  p.frame = {&layout, *bytes, range.address};
  print_attrs(p, *attrs, range.from(aligned));
  p.frame = outer;
}

void print_netlink(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length, unsigned protocol) {
  const Range range{flow, address, length};
  if (protocol == netlink_kobject_uevent) return print_uevent(p, range);
  print_chain<MessageHeader>(
      p, range, [&](const MessageHeader& header, const Range& rest) { print_with_payload(p, header, rest, protocol); });
}

}  // namespace sysreel::text
