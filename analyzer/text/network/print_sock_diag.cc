// Bodies and attributes of NETLINK_SOCK_DIAG: sockets as ss(8) asks for them. uapi linux/sock_diag.h, inet_diag.h and kin.
#include <algorithm>
#include <array>

#include "analyzer/text/network/netlink.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

enum Family : std::uint8_t { af_unix = 1, af_inet = 2, af_inet6 = 10, af_netlink = 16, af_packet = 17, af_smc = 43 };

// The request and the answer about sockets of one family.
struct DiagRow {
  std::uint8_t family;
  const abi::Struct* request;
  const abi::AttrTable* request_attrs;
  const abi::Struct* answer;
  const abi::AttrTable* answer_attrs;
};

const DiagRow* diag_of(std::uint8_t family) {
  static const DiagRow rows[] = {
      {af_unix, &abi::unix_diag_req_layout, nullptr, &abi::unix_diag_msg_layout, &abi::unix_diag_attrs},
      {af_inet, &abi::inet_diag_req_v2_layout, &abi::inet_diag_req_attrs, &abi::inet_diag_msg_layout, &abi::inet_diag_attrs},
      {af_inet6, &abi::inet_diag_req_v2_layout, &abi::inet_diag_req_attrs, &abi::inet_diag_msg_layout, &abi::inet_diag_attrs},
      {af_netlink, &abi::netlink_diag_req_layout, nullptr, &abi::netlink_diag_msg_layout, &abi::netlink_diag_attrs},
      {af_packet, &abi::packet_diag_req_layout, nullptr, &abi::packet_diag_msg_layout, &abi::packet_diag_attrs},
      {af_smc, &abi::smc_diag_req_layout, nullptr, &abi::smc_diag_msg_layout, &abi::smc_diag_attrs},
  };
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const DiagRow& r) { return r.family == family; });
  return row == std::end(rows) ? nullptr : row;
}

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

// An address of 16 bytes whose family stands elsewhere.
void print_address_field(CallPrinter& p, Braces& fields, const char* name, std::uint8_t family, ByteSpan bytes) {
  if (family == af_inet6) {
    fields.next();
    return print_in6_addr_field(p, bytes, name);
  }
  fields.name(name);
  if (family == af_inet) return print_kind(p, abi::Kind::in_addr, number_in<std::uint32_t>(bytes, 0));
  print_hex_string(p, bytes);
}

}  // namespace

bool print_sock_diag(CallPrinter& p, unsigned type, bool request, const Range& range) {
  constexpr unsigned tcp_getsock = 18, dccp_getsock = 19, by_family = 20;
  const auto family = p.fetch<std::uint8_t>(range.flow, range.address);
  if (type != tcp_getsock && type != dccp_getsock && type != by_family) return false;
  if (!family) {
    print_address(p.out, range.address);
    return true;
  }
  const bool compat = type != by_family;
  const DiagRow* row = diag_of(compat ? static_cast<std::uint8_t>(af_inet) : *family);
  if (!row || range.length <= 1) {
    Braces fields(p);
    fields.name("family");
    print_one_of(p, abi::address_families, *family);
    if (range.length > 1) {
      fields.name("data");
      print_hex_range(p, range.from(1));
    }
    return true;
  }
  if (!request) {
    print_body(p, *row->answer, row->answer_attrs, range);
  } else if (compat) {
    print_body(p, abi::inet_diag_req_layout, &abi::inet_diag_req_attrs, range);
  } else {
    print_body(p, *row->request, row->request_attrs, range);
  }
  return true;
}

// The family is the first byte of the structure that holds the id.
void print_inet_diag_sockid(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 48;
  const auto outer = number_in<std::uint8_t>(p.frame.bytes, 0);
  const std::uint8_t family = outer == af_smc ? static_cast<std::uint8_t>(af_inet) : outer;
  const auto bytes = p.fetch(type.copy.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  fields.name("idiag_sport");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(*bytes, 0));
  fields.name("idiag_dport");
  print_kind(p, abi::Kind::be16, number_in<std::uint16_t>(*bytes, 2));
  print_address_field(p, fields, "idiag_src", family, bytes->subspan(4, 16));
  print_address_field(p, fields, "idiag_dst", family, bytes->subspan(20, 16));
  fields.name("idiag_if");
  print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(*bytes, 36));
  fields.name("idiag_cookie");
  p.out.put('[');
  p.out.decimal(number_in<std::uint32_t>(*bytes, 40));
  p.out.put(", ");
  p.out.decimal(number_in<std::uint32_t>(*bytes, 44));
  p.out.put(']');
}

// One operation of a socket filter, then its operand.
void print_inet_diag_bytecode(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t size = 4;
  enum Code : unsigned { s_cond = 7, d_cond = 8, dev_cond = 9, mark_cond = 10, cgroup_cond = 13, s_ge = 2, d_le = 5, s_eq = 11, d_eq = 12 };
  const Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  const auto code = number_in<std::uint8_t>(*bytes, 0);
  {
    Braces fields(p);
    fields.name("code");
    print_one_of(p, abi::inet_diag_bytecodes, code);
    fields.name("yes");
    p.out.decimal(number_in<std::uint8_t>(*bytes, 1));
    fields.name("no");
    p.out.decimal(number_in<std::uint16_t>(*bytes, 2));
  }
  if (range.length == size) return;
  p.out.put(", ");
  const Range rest = range.from(size);
  const auto operand = [&](std::uint64_t least) {
    return rest.length >= least ? p.fetch(rest.flow, rest.address, least) : std::nullopt;
  };
  switch (code) {
    case s_cond:
    case d_cond: {
      const auto condition = operand(8);  // struct inet_diag_hostcond
      if (!condition) {
        rest.length < 8 ? print_hex_range(p, rest) : print_address(p.out, rest.address);
        break;
      }
      const auto family = number_in<std::uint8_t>(*condition, 0);
      Braces fields(p);
      fields.name("family");
      print_one_of(p, abi::address_families, family);
      fields.name("prefix_len");
      p.out.decimal(number_in<std::uint8_t>(*condition, 1));
      fields.name("port");
      p.out.decimal(number_in<std::uint32_t>(*condition, 4));
      const Range address = rest.from(8);
      if (address.length == 0) break;
      const std::uint64_t wanted = family == af_inet ? 4 : (family == af_inet6 ? 16 : 0);
      const auto addr = wanted && address.length >= wanted ? p.fetch(address.flow, address.address, wanted) : std::nullopt;
      if (addr) {
        print_address_field(p, fields, "addr", family, *addr);
      } else {
        fields.name("addr");
        print_hex_range(p, address);
      }
      break;
    }
    case dev_cond: {
      const auto index = operand(4);
      if (index) {
        print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(*index, 0));
      } else {
        rest.length < 4 ? print_hex_range(p, rest) : print_address(p.out, rest.address);
      }
      break;
    }
    case mark_cond: {
      const auto mark = operand(8);
      if (!mark) {
        rest.length < 8 ? print_hex_range(p, rest) : print_address(p.out, rest.address);
        break;
      }
      Braces fields(p);
      fields.name("mark");
      p.out.decimal(number_in<std::uint32_t>(*mark, 0));
      fields.name("mask");
      p.out.decimal(number_in<std::uint32_t>(*mark, 4));
      break;
    }
    case s_ge: case 3: case 4: case d_le: case s_eq: case d_eq: {
      const auto next = operand(4);
      if (!next) {
        rest.length < 4 ? print_hex_range(p, rest) : print_address(p.out, rest.address);
        break;
      }
      Braces fields(p);
      fields.name("code");
      print_one_of(p, abi::inet_diag_bytecodes, number_in<std::uint8_t>(*next, 0));
      fields.name("yes");
      p.out.decimal(number_in<std::uint8_t>(*next, 1));
      fields.name("no");
      p.out.decimal(number_in<std::uint16_t>(*next, 2));
      break;
    }
    case cgroup_cond: {
      const auto id = operand(8);
      if (id) {
        p.out.decimal(number_in<std::uint64_t>(*id, 0));
      } else {
        rest.length < 8 ? print_hex_range(p, rest) : print_address(p.out, rest.address);
      }
      break;
    }
    default: print_hex_range(p, rest);
  }
}

void print_unix_diag_vfs(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < 8) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  fields.name("udiag_vfs_dev");
  print_kind(p, abi::Kind::device, number_in<std::uint32_t>(*bytes, 4));
  fields.name("udiag_vfs_ino");
  p.out.decimal(number_in<std::uint32_t>(*bytes, 0));
}

void print_inet_diag_sockopt(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  static constexpr const char* names[] = {"recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all",
                                          "nodefrag", "bind_address_no_port", "recverr_rfc4884", "defer_connect"};
  const Range range = range_of(type, value);
  if (range.length < 2) return print_hex_range(p, range);
  const auto bits = p.fetch<std::uint16_t>(range.flow, value);
  if (!bits) return print_address(p.out, value);
  {
    Braces fields(p);
    for (unsigned i = 0; i < std::size(names); ++i) {
      if ((*bits >> i & 1) == 0) continue;
      fields.name(names[i]);
      p.out.put('1');
    }
    if (const unsigned unused = *bits >> std::size(names)) {
      fields.name("unused");
      p.out.hex(unused);
      p.out.put(" /* bits 3..8 */");
    }
  }
  const auto rest = p.fetch(range.flow, value + sizeof *bits, range.length - sizeof *bits);
  if (!rest || std::all_of(rest->begin(), rest->end(), [](std::byte byte) { return byte == std::byte{0}; })) return;
  p.out.put(", /* bytes 2..");
  p.out.decimal(range.length - 1);
  p.out.put(" */ ");
  print_hex_string(p, *rest);
}

// An array of struct tcp_diag_md5sig.
void print_tcp_md5sig(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned size = 100, key_size = 80;
  const Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  print_array(p, range.flow, value, range.length / size, size, [&](std::uint64_t, ByteSpan bytes) {
    const auto family = number_in<std::uint8_t>(bytes, 0);
    Braces fields(p);
    fields.name("tcpm_family");
    print_one_of(p, abi::address_families, family);
    fields.name("tcpm_prefixlen");
    p.out.decimal(number_in<std::uint8_t>(bytes, 1));
    const auto length = number_in<std::uint16_t>(bytes, 2);
    fields.name("tcpm_keylen");
    p.out.decimal(length);
    print_address_field(p, fields, "tcpm_addr", family, bytes.subspan(4, 16));
    fields.name("tcpm_key");
    const std::size_t shown = std::min<std::size_t>(length, key_size);
    print_hex_string(p, bytes.subspan(20, shown));
  });
}

void print_packet_diag_mclist(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned size = 44, address_size = 32;  // struct packet_diag_mclist
  const Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  print_array(p, range.flow, value, range.length / size, size, [&](std::uint64_t, ByteSpan bytes) {
    Braces fields(p);
    fields.name("pdmc_index");
    print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(bytes, 0));
    fields.name("pdmc_count");
    p.out.decimal(number_in<std::uint32_t>(bytes, 4));
    fields.name("pdmc_type");
    p.out.decimal(number_in<std::uint16_t>(bytes, 8));
    const auto length = number_in<std::uint16_t>(bytes, 10);
    fields.name("pdmc_alen");
    p.out.decimal(length);
    fields.name("pdmc_addr");
    print_hex_string(p, bytes.subspan(12, std::min<std::size_t>(length, address_size)));
  });
}

void print_packet_diag_filter(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t instruction_size = 8;  // struct sock_filter
  const Range range = range_of(type, value);
  if (range.length < instruction_size) return print_hex_range(p, range);
  abi::Type program = type;
  program.copy.count = abi::times(static_cast<std::uint32_t>(range.length / instruction_size));
  print_socket_instructions(p, program, value);
}

void print_shutdown_note(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_with_note(p, print_flags, abi::shutdown_flags, value);
}

// The last two fields are of Linux 6.8; a part of them counts as both, what is not there being 0.
void print_smc_diag_dmbinfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t old_size = 40, size = 56;
  const Range range = range_of(type, value);
  if (range.length < old_size) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, std::min<std::uint64_t>(range.length, size));
  if (!bytes) return print_address(p.out, value);
  std::array<std::byte, size> whole{};
  std::ranges::copy(*bytes, whole.begin());
  const ByteSpan shown = ByteSpan(whole).first(range.length > old_size ? size : old_size);
  print_struct(p, abi::smc_diag_dmbinfo_layout, range.flow, value, shown);
}

void print_smc_diag_lgrinfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 147, ibname = 1, port = 65, gid = 66, peer_gid = 106, gid_size = 40, role = 146;
  const Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  fields.name("lnk");
  p.out.put('[');
  {
    Braces link(p);
    link.name("link_id");
    p.out.decimal(number_in<std::uint8_t>(*bytes, 0));
    link.name("ibname");
    print_quoted_field(p, bytes->subspan(ibname, 64));
    link.name("ibport");
    p.out.decimal(number_in<std::uint8_t>(*bytes, port));
    link.name("gid");
    print_quoted_field(p, bytes->subspan(gid, gid_size));
    link.name("peer_gid");
    print_quoted_field(p, bytes->subspan(peer_gid, gid_size));
  }
  p.out.put(']');
  fields.name("role");
  print_one_of(p, abi::smc_link_group_roles, number_in<std::uint8_t>(*bytes, role));
}

void print_smc_diag_fallback(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < 8) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  fields.name("reason");
  print_with_note(p, print_one_of, abi::smc_decline_codes, number_in<std::uint32_t>(*bytes, 0));
  fields.name("peer_diagnosis");
  print_with_note(p, print_one_of, abi::smc_decline_codes, number_in<std::uint32_t>(*bytes, 4));
}

}  // namespace sysreel::text
