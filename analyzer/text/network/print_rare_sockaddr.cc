// Socket addresses of the families that few programs use: amateur radio, X.25, IPX, Bluetooth, RxRPC, crypto, NFC, vsock …
#include <algorithm>
#include <string>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// Layouts are those of the uapi header named by each function; `bytes` begins at the family.

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

// The name of a value, or the number without a comment where it has none.
void print_known(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  if (const char* name = name_of(names, value)) return print_constant(p, value, name);
  p.out.hex(value);
}

// The number and its name as a comment; without a name the number alone.
void print_noted_if_known(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  p.out.hex(value);
  const char* name = name_of(names, value);
  if (name && p.options.constants != ConstantStyle::raw) print_note(p, name);
}

void print_x25(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/x25.h
  fields.name("sx25_addr");
  Braces address(p);
  address.name("x25_addr");
  print_quoted_field(p, bytes.subspan(2, 16));
}

void print_ipx(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/ipx.h, up to Linux 4.17
  fields.name("sipx_port");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(bytes, 2));
  fields.name("sipx_network");
  p.out.put("htonl(");
  p.out.hex(from_network(number_in<std::uint32_t>(bytes, 4)));
  p.out.put(')');
  fields.name("sipx_node");
  print_byte_array(p, bytes.subspan(8, 6));
  fields.name("sipx_type");
  p.out.hex(number_in<std::uint8_t>(bytes, 14));
  if (const auto zero = number_in<std::uint8_t>(bytes, 15)) {
    fields.name("sipx_zero");
    p.out.hex(zero);
  }
}

// Where the dynamic part of a numbering begins and ends; a number in it is shown as a distance from its begin.
struct DynamicRange {
  std::uint16_t first, last;
};
constexpr DynamicRange psm_ranges[] = {{0x80, 0xff}, {0x1001, 0xffff}};
constexpr DynamicRange cid_ranges[] = {{0x40, 0xffff}};

// htobs(L2CAP_PSM_SDP), htobs(L2CAP_CID_DYN_START+2), htobs(0x2 /* L2CAP_PSM_??? */)
void print_l2cap(CallPrinter& p, const abi::Names& names, std::span<const DynamicRange> ranges, std::uint16_t value) {
  const auto range = std::find_if(ranges.begin(), ranges.end(),
                                  [&](const DynamicRange& dynamic) { return value >= dynamic.first && value <= dynamic.last; });
  p.out.put("htobs(");
  if (name_of(names, value) || range == ranges.end()) {
    print_one_of(p, names, value);
  } else if (p.options.constants == ConstantStyle::raw) {
    p.out.hex(value);
  } else {
    const bool verbose = p.options.constants == ConstantStyle::verbose;
    if (verbose) {
      p.out.hex(value);
      p.out.put(" /* ");
    }
    print_one_of(p, names, range->first);
    p.out.put('+');
    p.out.decimal(value - range->first);
    if (verbose) p.out.put(" */");
  }
  p.out.put(')');
}

// bluetooth/hci.h, sco.h, rfcomm.h, l2cap.h: the socket's protocol is not in the address, only its length tells.
bool print_bluetooth(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  const auto address = [&](const char* name, std::size_t offset) {
    fields.name(name);
    print_hardware_address(p, bytes.subspan(offset, 6));
  };
  switch (bytes.size()) {
    case 4:
    case 6:
      fields.name("hci_dev");
      p.out.put("htobs(");
      p.out.decimal(number_in<std::uint16_t>(bytes, 2));
      p.out.put(')');
      if (bytes.size() == 4) return true;
      fields.name("hci_channel");
      print_one_of(p, abi::hci_channels, number_in<std::uint16_t>(bytes, 4));
      return true;
    case 8:
      address("sco_bdaddr", 2);
      return true;
    case 10:
      address("rc_bdaddr", 2);
      fields.name("rc_channel");
      p.out.decimal(number_in<std::uint8_t>(bytes, 8));
      return true;
    case 12:
    case 14:
      fields.name("l2_psm");
      print_l2cap(p, abi::l2cap_psms, psm_ranges, number_in<std::uint16_t>(bytes, 2));
      address("l2_bdaddr", 4);
      fields.name("l2_cid");
      print_l2cap(p, abi::l2cap_cids, cid_ranges, number_in<std::uint16_t>(bytes, 10));
      if (bytes.size() == 12) return true;
      fields.name("l2_bdaddr_type");
      print_one_of(p, abi::bdaddr_types, number_in<std::uint8_t>(bytes, 12));
      return true;
    default: return false;
  }
}

void print_rxrpc(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/rxrpc.h
  constexpr std::uint16_t inet = 2, inet6 = 10;
  constexpr std::size_t inet_size = 16, inet6_size = 24, scope_offset = 24, transport_offset = 8, family_size = 2;
  fields.name("srx_service");
  print_with_note(p, print_one_of, abi::rxrpc_services, number_in<std::uint16_t>(bytes, 2));
  fields.name("transport_type");
  print_one_of(p, abi::socket_types, number_in<std::uint16_t>(bytes, 4));
  const auto stated = number_in<std::uint16_t>(bytes, 6);
  fields.name("transport_len");
  p.out.decimal(stated);
  fields.name("transport");
  const ByteSpan whole = bytes.subspan(transport_offset);
  const ByteSpan transport = whole.first(std::clamp<std::size_t>(stated, family_size, whole.size()));
  const auto family = number_in<std::uint16_t>(whole, 0);
  Braces outer(p);
  const auto print_rest = [&](Braces& inner) {
    if (transport.size() <= family_size) return;
    inner.next();
    print_quoted(p, transport.subspan(family_size), false);
  };
  if (family != inet && family != inet6) {
    outer.name("family");
    print_one_of(p, abi::address_families, family);
    return print_rest(outer);
  }
  outer.name(family == inet ? "sin" : "sin6");
  Braces inner(p);
  inner.name(family == inet ? "sin_family" : "sin6_family");
  print_one_of(p, abi::address_families, family);
  if (transport.size() < (family == inet ? inet_size : inet6_size)) return print_rest(inner);
  inner.name(family == inet ? "sin_port" : "sin6_port");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(transport, 2));
  if (family == inet) {
    inner.name("sin_addr");
    return print_kind(p, abi::Kind::in_addr, number_in<std::uint32_t>(transport, 4));
  }
  inner.name("sin6_flowinfo");
  print_kind(p, abi::Kind::be32, number_in<std::uint32_t>(transport, 4));
  inner.next();
  print_in6_addr_field(p, transport.subspan(8, 16), "sin6_addr");
  if (transport.size() <= scope_offset) return;
  inner.name("sin6_scope_id");
  p.out.decimal(number_in<std::uint32_t>(whole, scope_offset));
}

void print_ieee802154(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // kernel include/net/af_ieee802154.h
  constexpr std::uint32_t none = 0, is_short = 2;
  fields.name("addr");
  Braces address(p);
  const auto type = number_in<std::uint32_t>(bytes, 4);
  address.name("addr_type");
  print_with_note(p, print_one_of, abi::ieee802154_addr_types, type);
  address.name("pan_id");
  print_noted_if_known(p, abi::ieee802154_pan_ids, number_in<std::uint16_t>(bytes, 8));
  if (type == none) return;
  if (type == is_short) {
    address.name("short_addr");
    return print_noted_if_known(p, abi::ieee802154_short_addrs, number_in<std::uint16_t>(bytes, 10));
  }
  address.name("hwaddr");
  print_hardware_address(p, bytes.subspan(10, 8));
}

void print_alg(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/if_alg.h
  fields.name("salg_type");
  print_quoted_field(p, bytes.subspan(2, 14));
  fields.name("salg_feat");
  print_with_note(p, print_flags, abi::alg_features, number_in<std::uint32_t>(bytes, 16));
  fields.name("salg_mask");
  print_with_note(p, print_flags, abi::alg_features, number_in<std::uint32_t>(bytes, 20));
  fields.name("salg_name");
  print_quoted_field(p, bytes.subspan(24));
}

void print_nfc(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/nfc.h
  constexpr std::size_t raw_size = 16, name_offset = 18, name_size = 63;
  const bool wide = p.word() == 8;  // the last field is a size_t
  const std::size_t length_offset = wide ? 88 : 84;
  fields.name("dev_idx");
  print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(bytes, 4));
  fields.name("target_idx");
  p.out.hex(number_in<std::uint32_t>(bytes, 8));
  fields.name("nfc_protocol");
  print_one_of(p, abi::nfc_protocols, number_in<std::uint32_t>(bytes, 12));
  if (bytes.size() == raw_size) return;
  if (bytes.size() < length_offset + p.word()) {
    fields.next();
    return p.out.put("...");
  }
  fields.name("dsap");
  print_noted_if_known(p, abi::nfc_saps, number_in<std::uint8_t>(bytes, 16));
  fields.name("ssap");
  print_noted_if_known(p, abi::nfc_saps, number_in<std::uint8_t>(bytes, 17));
  const std::uint64_t length =
      wide ? number_in<std::uint64_t>(bytes, length_offset) : number_in<std::uint32_t>(bytes, length_offset);
  fields.name("service_name");
  print_quoted(p, bytes.subspan(name_offset, std::min<std::uint64_t>(length, name_size)), false);
  fields.name("service_name_len");
  p.out.decimal(length);
}

void print_vsock(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/vm_sockets.h
  if (const auto reserved = number_in<std::uint16_t>(bytes, 2)) {
    fields.name("svm_reserved1");
    p.out.hex(reserved);
  }
  fields.name("svm_cid");
  print_known(p, abi::vsock_cids, number_in<std::uint32_t>(bytes, 8));
  fields.name("svm_port");
  print_known(p, abi::vsock_ports, number_in<std::uint32_t>(bytes, 4));
  fields.name("svm_flags");
  print_flags(p, abi::vsock_flags, number_in<std::uint8_t>(bytes, 12));
  const ByteSpan zero = bytes.subspan(13, 3);
  if (std::all_of(zero.begin(), zero.end(), [](std::byte byte) { return byte == std::byte{0}; })) return;
  fields.name("svm_zero");
  print_hex_string(p, zero);
}

void print_qrtr(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/qrtr.h
  fields.name("sq_node");
  print_known(p, abi::qrtr_nodes, number_in<std::uint32_t>(bytes, 4));
  fields.name("sq_port");
  print_known(p, abi::qrtr_ports, number_in<std::uint32_t>(bytes, 8));
}

void print_xdp(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/if_xdp.h
  constexpr std::uint16_t shared_umem = 1;
  const auto flags = number_in<std::uint16_t>(bytes, 2);
  fields.name("sxdp_flags");
  print_flags(p, abi::xdp_sockaddr_flags, flags);
  fields.name("sxdp_ifindex");
  print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(bytes, 4));
  fields.name("sxdp_queue_id");
  p.out.decimal(number_in<std::uint32_t>(bytes, 8));
  const auto fd = number_in<std::uint32_t>(bytes, 12);
  if (flags & shared_umem) {
    fields.name("sxdp_shared_umem_fd");
    print_kind(p, abi::Kind::fd, fd);
  } else if (fd != 0) {
    fields.name("sxdp_shared_umem_fd");
    p.out.hex(fd);
  }
}

void print_mctp(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/mctp.h
  if (const auto pad = number_in<std::uint16_t>(bytes, 2)) {
    fields.name("__smctp_pad0");
    p.out.hex(pad);
  }
  fields.name("smctp_network");
  print_known(p, abi::mctp_networks, number_in<std::uint32_t>(bytes, 4));
  fields.name("smctp_addr");
  {
    Braces address(p);
    address.name("s_addr");
    print_known(p, abi::mctp_addrs, number_in<std::uint8_t>(bytes, 8));
  }
  fields.name("smctp_type");
  p.out.hex(number_in<std::uint8_t>(bytes, 9));
  fields.name("smctp_tag");
  p.out.hex(number_in<std::uint8_t>(bytes, 10));
  if (const auto pad = number_in<std::uint8_t>(bytes, 11)) {
    fields.name("__smctp_pad1");
    p.out.hex(pad);
  }
}

void print_u32_field(CallPrinter& p, Braces& fields, std::string_view name, ByteSpan bytes, std::size_t offset) {
  fields.name(name);
  p.out.decimal(number_in<std::uint32_t>(bytes, offset));
}

void print_hex_field(CallPrinter& p, Braces& fields, std::string_view name, ByteSpan bytes, std::size_t offset) {
  fields.name(name);
  p.out.hex(number_in<std::uint32_t>(bytes, offset));
}

// The union of an address of TIPC, by the kind of address.
void print_tipc_address(CallPrinter& p, unsigned type, ByteSpan bytes) {
  enum AddressType : unsigned { service_range = 1, service = 2, socket = 3 };
  if (type < service_range || type > socket) return print_quoted(p, bytes, false);
  Braces address(p);
  address.name(type == service_range ? "nameseq" : type == service ? "name" : "id");
  Braces inner(p);
  switch (type) {
    case service_range:
      print_u32_field(p, inner, "type", bytes, 0);
      print_u32_field(p, inner, "lower", bytes, 4);
      return print_u32_field(p, inner, "upper", bytes, 8);
    case service:
      inner.name("name");
      {
        Braces name(p);
        print_u32_field(p, name, "type", bytes, 0);
        print_u32_field(p, name, "instance", bytes, 4);
      }
      return print_hex_field(p, inner, "domain", bytes, 8);
    default:
      print_u32_field(p, inner, "ref", bytes, 0);
      return print_hex_field(p, inner, "node", bytes, 4);
  }
}

void print_tipc(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/tipc.h
  const auto type = number_in<std::uint8_t>(bytes, 2);
  fields.name("addrtype");
  print_one_of(p, abi::tipc_address_types, type);
  const int scope = number_in<std::int8_t>(bytes, 3);  // negative: withdraws a name
  fields.name("scope");
  if (scope < 0) p.out.put('-');
  print_one_of(p, abi::tipc_scopes, static_cast<std::uint64_t>(scope < 0 ? -scope : scope));
  fields.name("addr");
  print_tipc_address(p, type, bytes.subspan(4, 12));
}

// --- AX.25 -----------------------------------------------------------------------------------------------------------------

constexpr std::size_t ax25_address_size = 7;
constexpr std::size_t ax25_sockaddr_size = 16;  // family, call sign, number of digipeaters
constexpr std::size_t ax25_largest_digipeaters = 8;

// An AX.25 address is a call sign of six characters, each shifted left by one and padded with blanks, and a number of a
// station. `valid`: nothing but digits and capitals, no blank inside. `printable`: can stand in a comment.
struct CallSign {
  std::string text;
  bool valid = true;
  bool printable = true;
};

CallSign call_sign_of(ByteSpan address) {
  CallSign sign;
  bool ended = false;
  for (std::size_t i = 0; i < ax25_address_size - 1; ++i) {
    const auto shifted = std::to_integer<unsigned>(address[i]);
    const char c = static_cast<char>(shifted >> 1);
    if (shifted & 1) sign.valid = false;
    if (c == ' ') {
      ended = true;
      continue;
    }
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    if (!plain || ended) sign.valid = false;
    if (c < ' ' || c > '~' || c == '*' || c == '/') sign.printable = false;
  }
  std::size_t length = ax25_address_size - 1;
  while (length > 0 && std::to_integer<unsigned>(address[length - 1]) >> 1 == ' ') --length;
  for (std::size_t i = 0; i < length; ++i) sign.text += static_cast<char>(std::to_integer<unsigned>(address[i]) >> 1);
  const auto station = std::to_integer<unsigned>(address[ax25_address_size - 1]);
  if ((station & ~0x1eu) != 0 || (length == 0 && station != 0)) sign.valid = false;
  sign.text += "-" + std::to_string((station >> 1) & 15);
  if (sign.text.starts_with("-0")) sign.text = "*";  // the null address
  return sign;
}

// In the form that -X asks for; what is no call sign shows its bytes whatever that is.
void print_ax25_address(CallPrinter& p, ByteSpan address) {
  const CallSign sign = call_sign_of(address);
  const ConstantStyle style = !sign.printable ? ConstantStyle::raw
                              : sign.valid    ? p.options.constants
                                              : ConstantStyle::verbose;
  if (style == ConstantStyle::abbrev) return p.out.put(sign.text);
  {
    Braces braces(p);
    braces.name("ax25_call");
    print_hex_string(p, address);
  }
  if (style == ConstantStyle::verbose) print_note(p, sign.text);
}

void print_ax25_fields(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  fields.name("sax25_call");
  print_ax25_address(p, bytes.subspan(2, ax25_address_size));
  fields.name("sax25_ndigis");
  p.out.signed_decimal(number_in<std::int32_t>(bytes, 12));
}

void print_ax25(CallPrinter& p, Braces& fields, ByteSpan bytes) {  // linux/ax25.h
  const auto stated = number_in<std::int32_t>(bytes, 12);
  if (stated == 0 && bytes.size() == ax25_sockaddr_size) return print_ax25_fields(p, fields, bytes);
  fields.name("fsa_ax25");
  {
    Braces inner(p);
    print_ax25_fields(p, inner, bytes);
  }
  const ByteSpan rest = bytes.subspan(ax25_sockaddr_size);
  const std::size_t there = std::min(rest.size() / ax25_address_size, ax25_largest_digipeaters);
  const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(std::max(stated, 0)), ax25_largest_digipeaters);
  if (wanted > 0) {
    fields.name("fsa_digipeater");
    p.out.put('[');
    for (std::size_t i = 0; i < std::min(wanted, there); ++i) {
      if (i > 0) p.out.put(", ");
      print_ax25_address(p, rest.subspan(i * ax25_address_size, ax25_address_size));
    }
    if (wanted > there) p.out.put(there > 0 ? ", ..." : "...");
    p.out.put(']');
  }
  if (rest.size() > there * ax25_address_size) {
    fields.next();
    p.out.put("...");
  }
}

}  // namespace

bool print_rare_sockaddr(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  const auto fits = [&](std::size_t least, auto print_fields) {
    if (bytes.size() < least) return false;
    print_fields(p, fields, bytes);
    return true;
  };
  switch (number_in<std::uint16_t>(bytes, 0)) {
    case 3: return fits(ax25_sockaddr_size, print_ax25);
    case 4: return fits(16, print_ipx);
    case 9: return fits(18, print_x25);
    case 30: return fits(16, print_tipc);
    case 31: return print_bluetooth(p, fields, bytes);
    case 33: return fits(36, print_rxrpc);
    case 36: return fits(20, print_ieee802154);
    case 38: return fits(25, print_alg);
    case 39: return fits(16, print_nfc);
    case 40: return fits(16, print_vsock);
    case 42: return fits(12, print_qrtr);
    case 44: return fits(16, print_xdp);
    case 45: return fits(12, print_mctp);
    default: return false;
  }
}

}  // namespace sysreel::text
