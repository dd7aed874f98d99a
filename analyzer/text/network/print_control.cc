// Control messages: what travels beside the data of sendmsg and recvmsg. uapi linux/socket.h, linux/in.h, linux/errqueue.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

enum Level : std::int32_t { sol_ip = 0, sol_socket = 1 };

// One control message's payload in the tracee's memory.
struct Payload {
  abi::Flow flow;
  std::uint64_t address;
  ByteSpan bytes;
};

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

template <typename T>
void print_numbers(CallPrinter& p, ByteSpan bytes, abi::Kind kind) {
  const std::size_t count = bytes.size() / sizeof(T);
  const std::size_t shown = p.abbreviated() ? std::min<std::size_t>(count, p.options.string_limit) : count;
  p.out.put('[');
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) p.out.put(", ");
    print_kind(p, kind, number_in<T>(bytes, i * sizeof(T)));
  }
  if (shown < count) p.out.put(shown > 0 ? ", ..." : "...");
  p.out.put(']');
}

void print_rights(CallPrinter& p, const Payload& payload) { print_numbers<std::uint32_t>(p, payload.bytes, abi::Kind::fd); }

void print_pidfd(CallPrinter& p, const Payload& payload) {
  print_kind(p, abi::Kind::fd, number_in<std::uint32_t>(payload.bytes, 0));
}

void print_credentials(CallPrinter& p, const Payload& payload) {
  Braces fields(p);
  fields.name("pid");
  print_kind(p, abi::Kind::tgid, number_in<std::uint32_t>(payload.bytes, 0));
  fields.name("uid");
  print_kind(p, abi::Kind::uid, number_in<std::uint32_t>(payload.bytes, 4));
  fields.name("gid");
  print_kind(p, abi::Kind::gid, number_in<std::uint32_t>(payload.bytes, 8));
}

void print_security(CallPrinter& p, const Payload& payload) { print_quoted(p, payload.bytes, false); }

// One to three times in a row; "???" where there is not even one.
void print_times(CallPrinter& p, const Payload& payload, const abi::Struct& layout, unsigned count) {
  const unsigned size = abi::size_of(layout, p.call.abi);
  if (payload.bytes.size() < size * count) return p.out.put("???");
  if (count == 1) return print_struct(p, layout, payload.flow, payload.address, payload.bytes.first(size));
  p.out.put('[');
  for (unsigned i = 0; i < count; ++i) {
    if (i > 0) p.out.put(", ");
    print_struct(p, layout, payload.flow, payload.address + i * size, payload.bytes.subspan(i * size, size));
  }
  p.out.put(']');
}

void print_timeval(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timeval_layout, 1); }
void print_timespec(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timespec_layout, 1); }
void print_timestamping(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timespec_layout, 3); }
void print_timeval64(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timeval64_layout, 1); }
void print_timespec64(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timespec64_layout, 1); }
void print_timestamping64(CallPrinter& p, const Payload& payload) { print_times(p, payload, abi::timespec64_layout, 3); }

void print_pktinfo(CallPrinter& p, const Payload& payload) {
  Braces fields(p);
  fields.name("ipi_ifindex");
  print_kind(p, abi::Kind::ifindex, number_in<std::uint32_t>(payload.bytes, 0));
  fields.name("ipi_spec_dst");
  print_kind(p, abi::Kind::in_addr, number_in<std::uint32_t>(payload.bytes, 4));
  fields.name("ipi_addr");
  print_kind(p, abi::Kind::in_addr, number_in<std::uint32_t>(payload.bytes, 8));
}

void print_uints(CallPrinter& p, const Payload& payload) { print_numbers<std::uint32_t>(p, payload.bytes, abi::Kind::u32); }
void print_protocol(CallPrinter& p, const Payload& payload) {
  const auto protocol = number_in<std::uint32_t>(payload.bytes, 0);
  p.out.put('[');
  if (const char* name = name_of(abi::inet_protocols, protocol)) {
    print_constant(p, protocol, name);
  } else {  // unlike the option's value, what has no name goes by the message's
    p.out.hex(protocol);
    if (p.options.constants != ConstantStyle::raw) print_note(p, abi::ip_cmsg_types.unknown);
  }
  p.out.put(']');
}

void print_octets(CallPrinter& p, const Payload& payload) { print_numbers<std::uint8_t>(p, payload.bytes, abi::Kind::hex32); }

void print_error(CallPrinter& p, const Payload& payload) {  // struct sock_extended_err and the offender's address
  constexpr std::size_t sockaddr_in_size = 16, offender = 16;
  static constexpr const char* small[] = {"ee_origin", "ee_type", "ee_code"};
  Braces fields(p);
  fields.name("ee_errno");
  p.out.decimal(number_in<std::uint32_t>(payload.bytes, 0));
  for (std::size_t i = 0; i < std::size(small); ++i) {
    fields.name(small[i]);
    p.out.decimal(number_in<std::uint8_t>(payload.bytes, 4 + i));
  }
  fields.name("ee_info");
  p.out.decimal(number_in<std::uint32_t>(payload.bytes, 8));
  fields.name("ee_data");
  p.out.decimal(number_in<std::uint32_t>(payload.bytes, 12));
  fields.name("offender");
  print_sockaddr(p, payload.bytes.subspan(offender, sockaddr_in_size));
}

void print_destination(CallPrinter& p, const Payload& payload) {
  print_sockaddr(p, payload.bytes.first(std::min<std::size_t>(payload.bytes.size(), 128)));
}

// What a control message carries: printed where there are at least `least` bytes of it.
struct ControlRow {
  std::int32_t level;
  std::int32_t type;
  std::size_t least;
  void (*print)(CallPrinter&, const Payload&);
};

constexpr ControlRow control_rows[] = {
    {sol_socket, 1, 4, print_rights},             // SCM_RIGHTS
    {sol_socket, 2, 12, print_credentials},       // SCM_CREDENTIALS
    {sol_socket, 3, 1, print_security},           // SCM_SECURITY
    {sol_socket, 4, 4, print_pidfd},              // SCM_PIDFD
    {sol_socket, 29, 1, print_timeval},           // SO_TIMESTAMP_OLD
    {sol_socket, 35, 1, print_timespec},          // SO_TIMESTAMPNS_OLD
    {sol_socket, 37, 1, print_timestamping},      // SO_TIMESTAMPING_OLD
    {sol_socket, 63, 1, print_timeval64},         // SO_TIMESTAMP_NEW
    {sol_socket, 64, 1, print_timespec64},        // SO_TIMESTAMPNS_NEW
    {sol_socket, 65, 1, print_timestamping64},    // SO_TIMESTAMPING_NEW
    {sol_ip, 1, 1, print_octets},                 // IP_TOS
    {sol_ip, 2, 4, print_uints},                  // IP_TTL
    {sol_ip, 3, 1, print_security},               // SCM_SECURITY
    {sol_ip, 6, 1, print_octets},                 // IP_RECVOPTS
    {sol_ip, 7, 1, print_octets},                 // IP_RETOPTS
    {sol_ip, 8, 12, print_pktinfo},               // IP_PKTINFO
    {sol_ip, 11, 32, print_error},                // IP_RECVERR
    {sol_ip, 20, 16, print_destination},          // IP_ORIGDSTADDR
    {sol_ip, 23, 4, print_uints},                 // IP_CHECKSUM
    {sol_ip, 52, 4, print_protocol},              // IP_PROTOCOL
};

void print_control_message(CallPrinter& p, const Payload& payload, std::int32_t level, std::int32_t type, std::uint64_t length) {
  Braces fields(p);
  fields.name("cmsg_len");
  p.out.decimal(length);
  fields.name("cmsg_level");
  print_one_of(p, abi::socket_levels, static_cast<std::uint32_t>(level));
  fields.name("cmsg_type");
  switch (level) {
    case sol_socket: print_one_of(p, abi::scm_types, static_cast<std::uint32_t>(type)); break;
    case sol_ip: print_one_of(p, abi::ip_cmsg_types, static_cast<std::uint32_t>(type)); break;
    default: return p.out.hex(static_cast<std::uint32_t>(type));
  }
  for (const ControlRow& row : control_rows) {
    if (row.level != level || row.type != type || payload.bytes.size() < row.least) continue;
    fields.name("cmsg_data");
    return row.print(p, payload);
  }
}

}  // namespace

void print_control(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t most = 131072;  // net.core.optmem_max
  if (!follow(p, type, value)) return;
  const std::uint64_t word = p.word();
  const std::uint64_t header = word + 8;
  const std::uint64_t asked = p.elements(type, value);
  const std::uint64_t length = std::min(asked, most);
  const auto bytes = p.fetch(type.copy.flow, value, length);
  if (length < header || !bytes) return print_address(p.out, value);

  p.out.put('[');
  ByteSpan rest = *bytes;
  bool first = true;
  while (rest.size() >= header) {
    const std::uint64_t stated = word == 8 ? number_in<std::uint64_t>(rest, 0) : number_in<std::uint32_t>(rest, 0);
    const std::size_t there = std::min<std::uint64_t>(stated, rest.size());
    const ByteSpan data = there > header ? rest.subspan(header, there - header) : ByteSpan();
    const std::uint64_t address = value + (bytes->size() - rest.size()) + header;
    if (!first) p.out.put(", ");
    first = false;
    print_control_message(p, {type.copy.flow, address, data}, number_in<std::int32_t>(rest, word),
                          number_in<std::int32_t>(rest, word + 4), stated);
    if (there < header) {
      rest = rest.subspan(header);
      break;
    }
    const std::uint64_t next = (stated + word - 1) & ~(word - 1);
    if (next >= rest.size() || next == 0) {
      rest = {};
      break;
    }
    rest = rest.subspan(next);
  }
  if (!rest.empty()) {
    p.out.put(", ... /* ");
    print_address(p.out, value + (length - rest.size()));
    p.out.put(" */");
  } else if (length < asked) {
    p.out.put(", ...");
  }
  p.out.put(']');
}

}  // namespace sysreel::text
