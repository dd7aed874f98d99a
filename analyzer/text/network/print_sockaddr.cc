// Socket addresses of the common families: unix, inet, inet6, netlink, packet.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::size_t family_size = 2;
constexpr std::size_t largest_address = 128;  // sizeof(struct sockaddr_storage)
constexpr std::size_t unix_path_size = 108;
constexpr std::size_t in_size = 16, in6_size = 24, in6_scope_offset = 24, netlink_size = 12, packet_size = 20;

enum Family : std::uint16_t { af_unix = 1, af_inet = 2, af_inet6 = 10, af_netlink = 16, af_packet = 17 };

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

void print_unix(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  const ByteSpan path = bytes.subspan(family_size).first(std::min(bytes.size() - family_size, unix_path_size));
  fields.name("sun_path");
  if (path[0] == std::byte{0}) {  // abstract: everything is part of the name
    p.out.put('@');
    return print_quoted(p, path.subspan(1), false);
  }
  const auto nul = std::find(path.begin(), path.end(), std::byte{0});
  print_quoted(p, path.first(static_cast<std::size_t>(nul - path.begin())), false);
}

void print_inet(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  fields.name("sin_port");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(bytes, 2));
  fields.name("sin_addr");
  print_kind(p, abi::Kind::in_addr, number_in<std::uint32_t>(bytes, 4));
}

// Link-local addresses, unicast or multicast, are the ones whose scope is an interface.
bool is_link_local(ByteSpan address) {
  const auto first = std::to_integer<unsigned>(address[0]);
  const auto second = std::to_integer<unsigned>(address[1]);
  return (first == 0xfe && (second & 0xc0) == 0x80) || (first == 0xff && (second & 0x0f) == 0x02);
}

void print_inet6(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  fields.name("sin6_port");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(bytes, 2));
  fields.name("sin6_flowinfo");
  print_kind(p, abi::Kind::be32, number_in<std::uint32_t>(bytes, 4));
  const ByteSpan address = bytes.subspan(8, 16);
  fields.next();
  print_in6_addr_field(p, address, "sin6_addr");
  if (bytes.size() < in6_scope_offset + 4) return;
  fields.name("sin6_scope_id");
  const auto scope = number_in<std::uint32_t>(bytes, in6_scope_offset);
  print_kind(p, is_link_local(address) ? abi::Kind::ifindex : abi::Kind::u32, scope);
}

void print_netlink_address(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  if (const auto pad = number_in<std::uint16_t>(bytes, 2)) {
    fields.name("nl_pad");
    p.out.hex(pad);
  }
  fields.name("nl_pid");
  print_kind(p, abi::Kind::tgid, number_in<std::uint32_t>(bytes, 4));
  fields.name("nl_groups");
  const auto groups = number_in<std::uint32_t>(bytes, 8);
  // as printf's %#08x
  if (groups == 0) return p.out.put("00000000");
  unsigned digits = 6;
  while (digits < 8 && groups >> (4 * digits) != 0) ++digits;
  p.out.put("0x");
  p.out.hex_digits(groups, digits);
}

void print_packet(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  fields.name("sll_protocol");
  print_kind(p, abi::Kind::ethernet_protocol, number_in<std::uint16_t>(bytes, 2));
  fields.name("sll_ifindex");
  print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(bytes, 4));
  fields.name("sll_hatype");
  print_one_of(p, abi::arp_hardware_types, number_in<std::uint16_t>(bytes, 8));
  fields.name("sll_pkttype");
  print_one_of(p, abi::packet_types, number_in<std::uint8_t>(bytes, 10));
  fields.name("sll_halen");
  const unsigned length = number_in<std::uint8_t>(bytes, 11);
  p.out.decimal(length);
  if (length == 0) return;
  fields.name("sll_addr");
  const ByteSpan address = bytes.subspan(12);
  print_byte_array(p, address.first(std::min<std::size_t>(length, address.size())), length > address.size());
}

bool print_common(CallPrinter& p, Braces& fields, std::uint16_t family, ByteSpan bytes) {
  const auto fits = [&](std::size_t least, auto print_fields) {
    if (bytes.size() < least) return false;
    print_fields(p, fields, bytes);
    return true;
  };
  switch (family) {
    case af_unix: return fits(family_size + 1, print_unix);
    case af_inet: return fits(in_size, print_inet);
    case af_inet6: return fits(in6_size, print_inet6);
    case af_netlink: return fits(netlink_size, print_netlink_address);
    case af_packet: return fits(packet_size, print_packet);
    default: return print_rare_sockaddr(p, fields, bytes);
  }
}

}  // namespace

void print_sockaddr(CallPrinter& p, ByteSpan bytes) {
  Braces fields(p);
  const auto family = number_in<std::uint16_t>(bytes, 0);
  fields.name("sa_family");
  print_one_of(p, abi::address_families, family);
  if (bytes.size() <= family_size || print_common(p, fields, family, bytes)) return;
  fields.name("sa_data");
  print_quoted(p, bytes.subspan(family_size), false);
}

void print_sockaddr_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::int64_t length) {
  if (length < static_cast<std::int64_t>(family_size)) return print_address(p.out, address);
  const auto bytes = p.fetch(flow, address, std::min(static_cast<std::size_t>(length), largest_address));
  if (!bytes) return print_address(p.out, address);
  print_sockaddr(p, *bytes);
}

void print_sockaddr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_sockaddr_at(p, type.copy.flow, value, static_cast<std::int32_t>(p.count(type.copy.count, value)));
}

// A length that the kernel reads and writes: [128 => 16], [16] where it did not change or the call failed (unless its row says
// that it may change even then: an option that does not fit tells how long it is).
void print_socklen(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto before = p.input<std::int32_t>(value);
  if (value == 0 || !before || !p.verbose()) return print_address(p.out, value);
  const auto after = p.failed() && !type.copy.on_failure ? before : p.output<std::int32_t>(value);
  p.out.put('[');
  p.out.signed_decimal(*before);
  if (after && *after != *before) {
    p.out.put(" => ");
    p.out.signed_decimal(*after);
  }
  p.out.put(']');
}

}  // namespace sysreel::text
