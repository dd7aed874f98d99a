// Messages: what send and recv move, and the msghdr of sendmsg, recvmsg and their vectors.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint16_t af_netlink = 16;

// struct msghdr of the call's ABI, in the order of its fields.
struct Header {
  std::uint64_t name, iov, iov_count, control, control_length;
  std::int32_t name_length;
  std::uint32_t flags;
};

Header load_header(const CallPrinter& p, const abi::Struct& layout, ByteSpan bytes) {
  const auto field = [&](unsigned index) -> std::uint64_t {
    const unsigned offset = abi::offset_of(layout, index, p.call.abi);
    const unsigned size = abi::size_of(layout.fields[index].ctype, p.call.abi);
    return size == 8 ? number_in<std::uint64_t>(bytes, offset) : number_in<std::uint32_t>(bytes, offset);
  };
  return {.name = field(0),
          .iov = field(2),
          .iov_count = field(3),
          .control = field(4),
          .control_length = field(5),
          .name_length = static_cast<std::int32_t>(field(1)),
          .flags = static_cast<std::uint32_t>(field(6))};
}

// How the parts of one message print.
struct MessageStyle {
  abi::Flow flow;                      // of name, data and control
  const std::int32_t* name_capacity;   // msg_namelen at entry, where the kernel changes it
  std::uint64_t data;                  // bytes that were moved, over all buffers
};

void print_data(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length, bool netlink) {
  if (!netlink) return print_bytes_at(p, flow, address, length);
  const int fd = static_cast<std::int32_t>(p.call.args[0]);
  print_netlink(p, flow, address, length, netlink_protocol_of(p, fd).value_or(~0u));
}

void print_buffers(CallPrinter& p, const Header& header, const MessageStyle& style, bool netlink) {
  const unsigned word = p.word();
  std::uint64_t left = style.data;
  print_array(p, abi::Flow::in, header.iov, header.iov_count, 2 * word, [&](std::uint64_t, ByteSpan bytes) {
    const auto at = [&](unsigned offset) -> std::uint64_t {
      return word == 8 ? number_in<std::uint64_t>(bytes, offset) : number_in<std::uint32_t>(bytes, offset);
    };
    const std::uint64_t length = at(word);
    const std::uint64_t moved = std::min(length, left);
    left -= moved;
    Braces fields(p);
    fields.name("iov_base");
    print_data(p, style.flow, at(0), moved, netlink);
    fields.name("iov_len");
    p.out.decimal(length);
  });
}

void print_header(CallPrinter& p, const abi::Struct& layout, ByteSpan bytes, const MessageStyle& style) {
  const Header header = load_header(p, layout, bytes);
  const std::int32_t name_length =
      style.name_capacity ? std::min(header.name_length, *style.name_capacity) : header.name_length;
  Braces fields(p);
  fields.name("msg_name");
  print_sockaddr_at(p, style.flow, header.name, name_length);
  const auto family = name_length >= 2 ? p.fetch<std::uint16_t>(style.flow, header.name) : std::nullopt;
  fields.name("msg_namelen");
  if (style.name_capacity && *style.name_capacity != header.name_length) {
    p.out.signed_decimal(*style.name_capacity);
    p.out.put(" => ");
  }
  p.out.signed_decimal(header.name_length);
  fields.name("msg_iov");
  print_buffers(p, header, style, family == af_netlink);
  fields.name("msg_iovlen");
  p.out.decimal(header.iov_count);
  if (header.control_length != 0) {
    fields.name("msg_control");
    abi::Type control = layout.fields[4].type;
    control.copy.flow = style.flow;
    control.copy.on_failure = true;
    control.copy.count = abi::times(static_cast<std::uint32_t>(std::min<std::uint64_t>(header.control_length, ~0u)));
    print_control(p, control, header.control);
  }
  fields.name("msg_controllen");
  p.out.decimal(header.control_length);
  fields.name("msg_flags");
  print_flags(p, abi::message_flags, header.flags);
}

constexpr std::uint64_t everything = ~std::uint64_t{0};

// msg_namelen of the header at `address` when the call began.
std::optional<std::int32_t> name_capacity_at_entry(const CallPrinter& p, std::uint64_t address) {
  return p.input<std::int32_t>(address + p.word());
}

}  // namespace

void print_message(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (is_lost(p, type)) return print_address(p.out, value);
  const std::uint64_t length = p.elements(type, value);
  const auto protocol = netlink_protocol_of(p, static_cast<std::int32_t>(p.call.args[0]));
  if (protocol) return print_netlink(p, type.copy.flow, value, length, *protocol);
  print_bytes_at(p, type.copy.flow, value, length);
}

void print_msghdr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const bool receives = type.copy.flow == abi::Flow::inout;
  const unsigned size = abi::size_of(*type.layout, p.call.abi);
  if (!receives) {
    const auto bytes = p.fetch(abi::Flow::in, value, size);
    if (!bytes) return print_address(p.out, value);
    return print_header(p, *type.layout, *bytes, {abi::Flow::in, nullptr, everything});
  }
  const auto capacity = name_capacity_at_entry(p, value);
  if (!capacity) return print_address(p.out, value);
  if (p.failed()) {
    if (!p.memory.input(value, size)) return print_address(p.out, value);
    Braces fields(p);
    fields.name("msg_namelen");
    return p.out.signed_decimal(*capacity);
  }
  const auto bytes = p.fetch(type.copy.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  print_header(p, *type.layout, *bytes, {abi::Flow::out, &*capacity, static_cast<std::uint64_t>(p.call.result)});
}

void print_mmsghdr_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t most = 1024;  // UIO_MAXIOV: the kernel looks at no more
  if (!follow(p, type, value)) return;
  const abi::Struct& layout = *type.layout;
  const abi::Struct& header = *layout.fields[0].type.layout;
  const bool receives = header.fields[0].type.copy.flow == abi::Flow::out;
  if (receives && p.failed()) return print_address(p.out, value);
  const std::uint64_t moved = p.failed() ? 0 : static_cast<std::uint64_t>(p.call.result);
  const std::uint64_t count = receives ? moved : static_cast<std::uint32_t>(p.call.args[2]);
  const unsigned length_offset = abi::offset_of(layout, 1, p.call.abi);
  std::uint64_t index = 0;
  print_array(p, type.copy.flow, value, std::min(count, receives ? count : most + 1), abi::size_of(layout, p.call.abi),
              [&](std::uint64_t address, ByteSpan bytes) {
                const auto capacity = receives ? name_capacity_at_entry(p, address) : std::nullopt;
                const auto length = number_in<std::uint32_t>(bytes, length_offset);
                Braces fields(p);
                fields.name("msg_hdr");
                print_header(p, header, bytes,
                             {receives ? abi::Flow::out : abi::Flow::in, capacity ? &*capacity : nullptr,
                              receives ? length : everything});
                if (index++ >= moved) return;
                fields.name("msg_len");
                p.out.decimal(length);
              },
              most);
}

void print_recvmmsg_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || !p.verbose()) return print_address(p.out, value);
  print_struct_at(p, *type.layout, abi::Flow::in, value);
}

void remark_recvmmsg_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.failed()) return;
  if (p.call.result == 0) return set_comment(p, "Timeout");
  if (value == 0 || !p.verbose()) return;
  const std::size_t mark = p.out.size();
  p.out.put("left ");
  print_struct_at(p, *type.layout, abi::Flow::out, value);
  set_comment(p, p.out.view_from(mark));
  p.out.truncate(mark);
}

std::optional<unsigned> netlink_protocol_of(const CallPrinter& p, int fd) {
  const Descriptor* descriptor = p.model.descriptor(p.call.pid, fd);
  if (!descriptor || descriptor->family != af_netlink) return std::nullopt;
  return descriptor->protocol;
}

}  // namespace sysreel::text
