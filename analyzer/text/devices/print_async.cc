// aio: control blocks. uapi linux/aio_abi.h.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

// struct iocb, the same on every ABI.
struct Iocb {
  std::uint64_t data;
  std::uint32_t key, rw_flags;
  std::uint16_t opcode;
  std::int16_t priority;
  std::uint32_t fd;
  std::uint64_t buffer, bytes;
  std::int64_t offset;
  std::uint64_t reserved;
  std::uint32_t flags, result_fd;
};
static_assert(sizeof(Iocb) == 64);

enum Opcode : std::uint16_t { pread = 0, pwrite = 1, poll = 5, noop = 6, preadv = 7, pwritev = 8 };
enum IocbFlag : std::uint32_t { flag_result_fd = 1, flag_priority = 2 };

void print_vectors(CallPrinter& p, std::uint64_t address, std::uint64_t count) {
  print_array(p, abi::Flow::in, address, count, 2 * p.word(), [&](std::uint64_t, ByteSpan bytes) {
    Braces fields(p);
    fields.name("iov_base");
    print_address(p.out, p.word() == 8 ? number_in<std::uint64_t>(bytes, 0) : number_in<std::uint32_t>(bytes, 0));
    fields.name("iov_len");
    p.out.decimal(p.word() == 8 ? number_in<std::uint64_t>(bytes, 8) : number_in<std::uint32_t>(bytes, 4));
  });
}

void print_transfer(CallPrinter& p, Braces& fields, const Iocb& block) {
  switch (block.opcode) {
    case pread:
    case pwrite:
      fields.name("aio_buf");
      if (block.opcode == pwrite) {
        print_bytes_at(p, abi::Flow::in, block.buffer, block.bytes);
      } else {
        print_address(p.out, block.buffer);
      }
      fields.name("aio_nbytes");
      p.out.decimal(block.bytes);
      fields.name("aio_offset");
      p.out.signed_decimal(block.offset);
      break;
    case preadv:
    case pwritev: {
      const bool readable = block.buffer != 0 && p.fetch(abi::Flow::in, block.buffer, 2 * p.word());
      fields.name("aio_buf");
      if (readable) {
        print_vectors(p, block.buffer, block.bytes);
      } else {
        p.out.hex(block.buffer);
        fields.name("aio_nbytes");
        p.out.decimal(block.bytes);
      }
      fields.name("aio_offset");
      p.out.signed_decimal(block.offset);
      break;
    }
    case poll:
      fields.name("aio_buf");
      p.out.hex(block.buffer);
      break;
    default: return;
  }
}

void print_priority(CallPrinter& p, const Iocb& block) {
  if (!(block.flags & flag_priority)) return p.out.signed_decimal(block.priority);
  const auto priority = static_cast<std::uint16_t>(block.priority);
  p.out.put("IOPRIO_PRIO_VALUE(");
  print_one_of(p, abi::ioprio_classes, priority >> 13);
  p.out.put(", ");
  p.out.decimal(priority & 0x1fff);
  p.out.put(')');
}

void print_block(CallPrinter& p, const Iocb& block, bool brief) {
  Braces fields(p);
  fields.name("aio_data");
  p.out.hex(block.data);
  if (block.key != 0) {
    fields.name("aio_key");
    p.out.decimal(block.key);
  }
  if (block.rw_flags != 0 && block.opcode != poll) {
    fields.name("aio_rw_flags");
    print_flags(p, abi::rwf_flags, block.rw_flags);
  }
  fields.name("aio_lio_opcode");
  print_one_of_decimal(p, abi::aio_commands, block.opcode);
  if (block.priority != 0) {
    fields.name("aio_reqprio");
    print_priority(p, block);
  }
  fields.name("aio_fildes");
  print_kind(p, abi::Kind::fd, block.fd);
  if (brief) return;
  print_transfer(p, fields, block);
  if (!(block.flags & flag_result_fd)) return;
  fields.name("aio_flags");
  print_flags(p, abi::aio_flags, block.flags);
  fields.name("aio_resfd");
  print_kind(p, abi::Kind::fd, block.result_fd);
}

}  // namespace

void print_iocb(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto block = p.input<Iocb>(value);
  block ? print_block(p, *block, false) : print_address(p.out, value);
}

void print_iocb_brief(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto block = p.input<Iocb>(value);
  block ? print_block(p, *block, true) : print_address(p.out, value);
}

void print_iocb_pointers(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto count = static_cast<std::int64_t>(p.count(type.copy.count, value));
  if (count < 0) return print_address(p.out, value);
  print_array(p, abi::Flow::in, value, static_cast<std::uint64_t>(count), p.word(), [&](std::uint64_t, ByteSpan bytes) {
    const auto address = p.word() == 8 ? number_in<std::uint64_t>(bytes, 0) : number_in<std::uint32_t>(bytes, 0);
    const auto block = address != 0 ? p.input<Iocb>(address) : std::nullopt;
    block ? print_block(p, *block, false) : print_address(p.out, address);
  });
}

}  // namespace sysreel::text
