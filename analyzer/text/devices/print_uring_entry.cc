// io_uring's submission queue entries, of which some fields mean what their operation says. uapi linux/io_uring.h.
#include <algorithm>
#include <array>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// The entry, and behind it the command of an operation that takes twice the room.
constexpr std::size_t entry_size = 64, command_size = 64;

enum Operation : unsigned {
  nop = 0, readv = 1, writev = 2, read_fixed = 4, write_fixed = 5, sendmsg = 9, recvmsg = 10, accept = 13, read = 22,
  write = 23, send = 26, recv = 27, msg_ring = 40, uring_cmd = 46, send_zc = 47, sendmsg_zc = 48, read_multishot = 49,
  fixed_fd_install = 54, recv_zc = 58, readv_fixed = 60, writev_fixed = 61, nop128 = 63, uring_cmd128 = 64
};

// Places of the fields in the rows.
enum FieldIndex : unsigned {
  flags_field = 1, ioprio_field = 2, fd_field = 3, off_field = 4, addr_field = 5, rw_flags_field = 7, user_data_field = 8,
  attr_ptr_field = 12
};

struct Entry {
  explicit Entry(ByteSpan bytes)
      : operation(number_in<std::uint8_t>(bytes, 0)), priority(number_in<std::uint16_t>(bytes, 2)),
        fd(number_in<std::int32_t>(bytes, 4)), offset(number_in<std::uint64_t>(bytes, 8)),
        flags(number_in<std::uint32_t>(bytes, 28)), last(number_in<std::uint64_t>(bytes, 48)), attributes(number_in<std::uint64_t>(bytes, 56)) {}

  unsigned operation;
  std::uint16_t priority;
  std::int32_t fd;
  std::uint64_t offset;
  std::uint32_t flags;
  std::uint64_t last, attributes;
};

template <std::size_t N>
bool is_any_of(const std::array<unsigned, N>& operations, unsigned operation) {
  return std::find(operations.begin(), operations.end(), operation) != operations.end();
}

constexpr std::array transfers = std::to_array<unsigned>({send, sendmsg, send_zc, sendmsg_zc, recv, recvmsg, recv_zc});
constexpr std::array with_attributes = std::to_array<unsigned>({
    read, write, readv, writev, read_fixed, write_fixed, readv_fixed, writev_fixed, send, recv, sendmsg, recvmsg, send_zc,
    recv_zc, read_multishot});

void print_name(CallPrinter& p, std::string_view name) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
}

void print_priority(CallPrinter& p, const Entry& entry) {
  print_name(p, "ioprio");
  if (entry.operation == accept) return print_flags(p, abi::io_uring_accept_flags, entry.priority);
  if (is_any_of(transfers, entry.operation)) return print_flags(p, abi::io_uring_transfer_flags, entry.priority);
  p.out.decimal(entry.priority);
}

// Commands to a socket are named where others are given an offset.
void print_offset(CallPrinter& p, const Entry& entry) {
  print_name(p, "off");
  const bool is_command = entry.operation == uring_cmd || entry.operation == uring_cmd128;
  const Descriptor* descriptor = is_command ? p.model.descriptor(p.call.pid, entry.fd) : nullptr;
  if (!descriptor || descriptor->kind != FdKind::socket) return p.out.hex(entry.offset);
  print_one_of_decimal(p, abi::io_uring_socket_operations, static_cast<std::int64_t>(entry.offset));
}

void print_operation_flags(CallPrinter& p, const Entry& entry) {
  const auto print_as = [&](std::string_view name, const abi::Names& names) {
    print_name(p, name);
    print_flags(p, names, entry.flags);
  };
  switch (entry.operation) {
    case nop:
    case nop128: return print_as("nop_flags", abi::io_uring_nop_flags);
    case fixed_fd_install: return print_as("install_fd_flags", abi::io_uring_install_flags);
    case msg_ring: return print_as("msg_ring_flags", abi::io_uring_message_flags);
    default: print_name(p, "rw_flags"); return p.out.hex(entry.flags);
  }
}

// Attributes of a transfer, if it has any; the length of an option's value, or nothing, of others.
void print_attributes(CallPrinter& p, const Entry& entry) {
  constexpr std::uint64_t protection_information = 1;
  if (entry.attributes == 0 || !is_any_of(with_attributes, entry.operation)) {
    print_name(p, "optval");
    return p.out.hex(entry.last);
  }
  print_name(p, "attr_type_mask");
  print_flags(p, abi::io_uring_attribute_flags, entry.attributes);
  print_name(p, "attr_ptr");
  if (!(entry.attributes & protection_information)) return print_address(p.out, entry.last);
  print(p, abi::io_uring_sqe_layout.fields[attr_ptr_field].type, entry.last);
}

void print_command(CallPrinter& p, std::uint64_t address, const Entry& entry) {
  if (entry.operation != nop128 && entry.operation != uring_cmd128) return;
  print_name(p, "cmd");
  print_array(p, abi::Flow::in, address + entry_size, command_size, 1,
              [&](std::uint64_t, ByteSpan byte) { p.out.hex(number_in<std::uint8_t>(byte, 0)); });
}

}  // namespace

void print_io_uring_sqe(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (static_cast<std::uint32_t>(p.call.args[3]) != 1) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const auto bytes = p.memory.input(value, entry_size);
  if (!bytes) return print_address(p.out, value);
  const Entry entry(*bytes);
  const auto print_plain = [&](unsigned first, unsigned last) {
    print_fields(p, *type.layout, abi::Flow::in, value, *bytes, first, last);
  };
  p.out.put("{opcode=");
  print_one_of_decimal(p, abi::io_uring_ops, entry.operation);
  print_plain(flags_field, ioprio_field);
  print_priority(p, entry);
  print_plain(fd_field, off_field);
  print_offset(p, entry);
  print_plain(addr_field, rw_flags_field);
  print_operation_flags(p, entry);
  print_plain(user_data_field, attr_ptr_field);
  print_attributes(p, entry);
  print_command(p, value, entry);
  p.out.put('}');
}

}  // namespace sysreel::text
