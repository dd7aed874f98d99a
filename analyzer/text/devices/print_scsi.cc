// SG_IO: a SCSI command with its data, in version 3 (struct sg_io_hdr) and version 4 (struct sg_io_v4).
// uapi scsi/sg.h, linux/bsg.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// The request as the fields of its layout.
class Request {
 public:
  Request(CallPrinter& p, const abi::Struct& layout, ByteSpan bytes) : p_(p), layout_(layout), bytes_(bytes) {}

  std::uint64_t operator[](unsigned field) const {
    const unsigned offset = abi::offset_of(layout_, field, p_.call.abi);
    const abi::CType type = layout_.fields[field].ctype;
    return load_number(bytes_.subspan(offset, abi::size_of(type, p_.call.abi, nullptr)), type);
  }

 private:
  CallPrinter& p_;
  const abi::Struct& layout_;
  ByteSpan bytes_;
};

// Bytes of the command or its data in hexadecimal, cut by -s.
void print_hex_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  if (address == 0) return print_address(p.out, address);
  const std::uint64_t limit = p.options.string_limit;
  const auto bytes = p.fetch(flow, address, static_cast<std::size_t>(std::min(length, limit + 1)));
  if (!bytes && length != 0) return print_address(p.out, address);
  const ByteSpan shown = bytes ? bytes->first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes->size(), limit))) : ByteSpan{};
  print_hex_string(p, shown, length > limit);
}

// The data: one buffer, or as many vectors as `vectors` says, together `length` bytes.
void print_data(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t vectors, std::uint64_t length) {
  if (vectors == 0) return print_hex_at(p, flow, address, length);
  std::uint64_t left = length;
  print_array(p, abi::Flow::in, address, vectors, 2 * p.word(), [&](std::uint64_t at, ByteSpan) {
    const std::uint64_t base = p.fetch_word(abi::Flow::in, at).value_or(0);
    const std::uint64_t size = p.fetch_word(abi::Flow::in, at + p.word()).value_or(0);
    Braces fields(p);
    fields.name("iov_base");
    print_bytes_at(p, flow, base, std::min(size, left));
    fields.name("iov_len");
    p.out.decimal(size);
    left -= std::min(size, left);
  });
}

// What the device left of the data, `residue` being what it did not fill.
std::uint64_t filled(std::uint64_t length, std::uint64_t residue) {
  const auto left = static_cast<std::int32_t>(residue);
  return left > 0 && static_cast<std::uint64_t>(left) <= length ? length - static_cast<std::uint64_t>(left) : length;
}

void put_field(CallPrinter& p, Braces& fields, const char* name, abi::Kind kind, std::uint64_t value) {
  fields.name(name);
  print(p, abi::value(kind), value);
}

// struct sg_io_hdr, by the order of its fields.
void print_version_3(CallPrinter& p, Braces& fields, const Request& request) {
  enum Field : unsigned {
    direction = 1, cmd_len, mx_sb_len, iovec_count, dxfer_len, dxferp, cmdp, sbp, timeout, flags, pack_id, usr_ptr, status,
    masked_status, msg_status, sb_len_wr, host_status, driver_status, resid, duration, info
  };
  constexpr std::uint32_t to_device = static_cast<std::uint32_t>(-2), from_device = static_cast<std::uint32_t>(-3),
                          both = static_cast<std::uint32_t>(-4);
  const auto way = static_cast<std::uint32_t>(request[direction]);
  fields.name("dxfer_direction");
  print_one_of(p, abi::sg_directions, way);
  put_field(p, fields, "cmd_len", abi::Kind::u32, request[cmd_len]);
  fields.name("cmdp");
  print_hex_at(p, abi::Flow::in, request[cmdp], request[cmd_len]);
  put_field(p, fields, "mx_sb_len", abi::Kind::u32, request[mx_sb_len]);
  put_field(p, fields, "iovec_count", abi::Kind::u32, request[iovec_count]);
  put_field(p, fields, "dxfer_len", abi::Kind::u32, request[dxfer_len]);
  put_field(p, fields, "timeout", abi::Kind::u32, request[timeout]);
  fields.name("flags");
  print_flags(p, abi::sg_flags, static_cast<std::uint32_t>(request[flags]));
  if (way == to_device || way == both) {
    fields.name("dxferp");
    print_data(p, abi::Flow::in, request[dxferp], request[iovec_count], request[dxfer_len]);
  }
  const std::uint64_t received = filled(request[dxfer_len], request[resid]);
  if ((way == from_device || way == both) && received != 0) {
    p.out.put(way == both ? " => dxferp=" : ", dxferp=");
    print_data(p, abi::Flow::out, request[dxferp], request[iovec_count], received);
  }
  put_field(p, fields, "status", abi::Kind::hex32, request[status]);
  put_field(p, fields, "masked_status", abi::Kind::hex32, request[masked_status]);
  put_field(p, fields, "msg_status", abi::Kind::hex32, request[msg_status]);
  put_field(p, fields, "sb_len_wr", abi::Kind::u32, request[sb_len_wr]);
  fields.name("sbp");
  print_hex_at(p, abi::Flow::out, request[sbp], request[sb_len_wr]);
  put_field(p, fields, "host_status", abi::Kind::hex32, request[host_status]);
  put_field(p, fields, "driver_status", abi::Kind::hex32, request[driver_status]);
  put_field(p, fields, "resid", abi::Kind::i32, request[resid]);
  put_field(p, fields, "duration", abi::Kind::u32, request[duration]);
  fields.name("info");
  print_flags(p, abi::sg_info, static_cast<std::uint32_t>(request[info]));
}

// struct sg_io_v4, by the order of its fields.
void print_version_4(CallPrinter& p, Braces& fields, const Request& request) {
  enum Field : unsigned {
    protocol = 1, subprotocol, request_len, command, request_tag, request_attr, request_priority, request_extra,
    max_response_len, response, dout_iovec_count, dout_xfer_len, din_iovec_count, din_xfer_len, dout_xferp, din_xferp, timeout,
    flags, usr_ptr, spare_in, driver_status, transport_status, device_status, retry_delay, info, duration, response_len,
    din_resid, dout_resid, generated_tag
  };
  const auto put = [&](const char* name, abi::Kind kind, Field field) { put_field(p, fields, name, kind, request[field]); };
  fields.name("protocol");
  print_one_of(p, abi::bsg_protocols, request[protocol]);
  fields.name("subprotocol");
  print_one_of(p, abi::bsg_subprotocols, request[subprotocol]);
  put("request_len", abi::Kind::u32, request_len);
  fields.name("request");
  print_hex_at(p, abi::Flow::in, request[command], request[request_len]);
  put("request_tag", abi::Kind::hex64, request_tag);
  put("request_attr", abi::Kind::u32, request_attr);
  put("request_priority", abi::Kind::u32, request_priority);
  put("request_extra", abi::Kind::u32, request_extra);
  put("max_response_len", abi::Kind::u32, max_response_len);
  put("dout_iovec_count", abi::Kind::u32, dout_iovec_count);
  put("dout_xfer_len", abi::Kind::u32, dout_xfer_len);
  put("din_iovec_count", abi::Kind::u32, din_iovec_count);
  put("din_xfer_len", abi::Kind::u32, din_xfer_len);
  fields.name("dout_xferp");
  print_data(p, abi::Flow::in, request[dout_xferp], request[dout_iovec_count], request[dout_xfer_len]);
  put("timeout", abi::Kind::u32, timeout);
  fields.name("flags");
  print_flags(p, abi::bsg_flags, static_cast<std::uint32_t>(request[flags]));
  put("usr_ptr", abi::Kind::hex64, usr_ptr);
  put("response_len", abi::Kind::u32, response_len);
  fields.name("response");
  print_hex_at(p, abi::Flow::out, request[response], request[response_len]);
  fields.name("din_xferp");
  print_data(p, abi::Flow::out, request[din_xferp], request[din_iovec_count], filled(request[din_xfer_len], request[din_resid]));
  put("driver_status", abi::Kind::hex32, driver_status);
  put("transport_status", abi::Kind::hex32, transport_status);
  put("device_status", abi::Kind::hex32, device_status);
  put("retry_delay", abi::Kind::u32, retry_delay);
  fields.name("info");
  print_flags(p, abi::sg_info, static_cast<std::uint32_t>(request[info]));
  put("duration", abi::Kind::u32, duration);
  put("response_len", abi::Kind::u32, response_len);
  put("din_resid", abi::Kind::i32, din_resid);
  put("dout_resid", abi::Kind::i32, dout_resid);
  put("generated_tag", abi::Kind::hex64, generated_tag);
}

}  // namespace

void print_scsi_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto id = p.fetch<std::uint32_t>(abi::Flow::in, value);
  if (!id) return print_address(p.out, value);
  if (*id != 'S' && *id != 'Q') {
    p.out.put('[');
    p.out.decimal(*id);
    return p.out.put(']');
  }
  const bool third = *id == 'S';
  const abi::Struct& layout = third ? abi::sg_io_hdr_layout : abi::sg_io_v4_layout;
  Braces fields(p);
  fields.name(third ? "interface_id" : "guard");
  p.out.put(third ? "'S'" : "'Q'");
  const std::size_t size = abi::size_of(layout, p.call.abi);
  // What the driver fills in is there from the exit on; a call that failed has left it as it was.
  auto bytes = p.memory.output(value, size);
  if (!bytes) bytes = p.memory.input(value, size);
  if (!bytes) {
    fields.next();
    return print_address(p.out, value + sizeof *id);
  }
  const Request request(p, layout, *bytes);
  third ? print_version_3(p, fields, request) : print_version_4(p, fields, request);
}

}  // namespace sysreel::text
