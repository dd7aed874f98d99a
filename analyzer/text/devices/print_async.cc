// aio and io_uring: control blocks and set-up. uapi linux/aio_abi.h, linux/io_uring.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

void print_kind(CallPrinter& p, abi::Kind kind, std::uint64_t value) { print(p, abi::value(kind), value); }

// --- aio ---------------------------------------------------------------------------------------------------------------------

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

// --- io_uring ----------------------------------------------------------------------------------------------------------------

constexpr std::size_t params_size = 120;
constexpr std::uint32_t attach_wq = 1u << 5;

bool any_set(ByteSpan bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
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

void print_io_uring_params(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto asked = value != 0 && p.verbose() ? p.memory.input(value, params_size) : std::nullopt;
  if (!asked) return print_address(p.out, value);
  const auto word = [&](ByteSpan bytes, std::size_t index) { return number_in<std::uint32_t>(bytes, 4 * index); };
  Braces fields(p);
  const std::uint32_t flags = word(*asked, 2);
  fields.name("flags");
  print_flags(p, abi::io_uring_setup_flags, flags);
  fields.name("sq_thread_cpu");
  p.out.hex(word(*asked, 3));
  fields.name("sq_thread_idle");
  p.out.decimal(word(*asked, 4));
  if (flags & attach_wq) {
    fields.name("wq_fd");
    print_kind(p, abi::Kind::fd, word(*asked, 6));
  }
  if (any_set(asked->subspan(28, 12))) {
    fields.name("resv");
    p.out.put('[');
    for (std::size_t i = 7; i < 10; ++i) {
      if (i > 7) p.out.put(", ");
      p.out.hex(word(*asked, i));
    }
    p.out.put(']');
  }
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, params_size);
  if (!given) return;
  fields.name("sq_entries");
  p.out.decimal(word(*given, 0));
  fields.name("cq_entries");
  p.out.decimal(word(*given, 1));
  fields.name("features");
  print_flags(p, abi::io_uring_features, word(*given, 5));
  fields.name("sq_off");
  print_struct(p, abi::io_sqring_offsets_layout, type.copy.flow, value + 40, given->subspan(40, 40));
  fields.name("cq_off");
  print_struct(p, abi::io_cqring_offsets_layout, type.copy.flow, value + 80, given->subspan(80, 40));
}

void print_io_uring_opcode(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t registered_ring = 0x80000000;
  const auto opcode = static_cast<std::uint32_t>(value);
  const char* name = name_of(abi::io_uring_register_opcodes, opcode & ~registered_ring);
  if (!(opcode & registered_ring) || !name) return print_one_of(p, abi::io_uring_register_opcodes, opcode);
  print_constant(p, opcode, std::string("IORING_REGISTER_USE_REGISTERED_RING|") + name);
}

void print_registered_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t skip = static_cast<std::uint32_t>(-2);
  const auto fd = static_cast<std::uint32_t>(value);
  if (fd != skip || p.options.constants == ConstantStyle::raw) return print_kind(p, abi::Kind::fd, fd);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put("IORING_REGISTER_FILES_SKIP");
  p.out.put("-2 /* IORING_REGISTER_FILES_SKIP */");
}

// Where a ring is registered: -1 asks for any place.
void print_ring_offset(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto offset = static_cast<std::uint32_t>(value);
  offset == 0xffffffff ? p.out.put("-1") : p.out.decimal(offset);
}

namespace {

void print_reserved_words(CallPrinter& p, Braces& fields, ByteSpan words) {
  if (!any_set(words)) return;
  fields.name("resv2");
  p.out.put('[');
  for (std::size_t i = 0; i < words.size(); i += sizeof(std::uint32_t)) {
    if (i > 0) p.out.put(", ");
    p.out.hex(number_in<std::uint32_t>(words, i));
  }
  p.out.put(']');
}

void print_probed_operation(CallPrinter& p, ByteSpan bytes) {
  Braces fields(p);
  fields.name("op");
  print_one_of_decimal(p, abi::io_uring_ops, number_in<std::uint8_t>(bytes, 0));
  if (const unsigned reserved = number_in<std::uint8_t>(bytes, 1)) {
    fields.name("resv");
    p.out.hex(reserved);
  }
  fields.name("flags");
  print_flags(p, abi::io_uring_op_flags, number_in<std::uint16_t>(bytes, 2));
  if (const auto reserved = number_in<std::uint32_t>(bytes, 4)) {
    fields.name("resv2");
    p.out.hex(reserved);
  }
}

}  // namespace

namespace {

constexpr std::uint64_t probe_head_size = 16, probed_operation_size = 8;

void print_probe(CallPrinter& p, ByteSpan bytes, std::uint64_t count) {
  Braces fields(p);
  fields.name("last_op");
  print_one_of_decimal(p, abi::io_uring_ops, number_in<std::uint8_t>(bytes, 0));
  fields.name("ops_len");
  p.out.decimal(number_in<std::uint8_t>(bytes, 1));
  if (const unsigned reserved = number_in<std::uint16_t>(bytes, 2)) {
    fields.name("resv");
    p.out.hex(reserved);
  }
  print_reserved_words(p, fields, bytes.subspan(4, 12));
  fields.name("ops");
  p.out.put('[');
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) p.out.put(", ");
    if (p.abbreviated() && i >= p.options.string_limit) {
      p.out.put("...");
      break;
    }
    print_probed_operation(p, bytes.subspan(probe_head_size + i * probed_operation_size, probed_operation_size));
  }
  p.out.put(']');
}

}  // namespace

// struct io_uring_probe: a head, and as many operations as the call has room for. What is zero, as the kernel wants it, is
// not worth showing before the answer.
void print_io_uring_probe(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t most_operations = 256;
  if (!follow(p, type, value)) return;
  const std::uint64_t count = static_cast<std::uint32_t>(p.call.args[3]);
  const std::size_t size = probe_head_size + std::min(count, most_operations) * probed_operation_size;
  const auto asked = count > most_operations ? std::nullopt : p.memory.input(value, size);
  if (!asked) return print_address(p.out, value);
  const bool worth_showing = any_set(*asked);
  if (worth_showing) print_probe(p, *asked, count);
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, size);
  if (!given && !worth_showing) return print_address(p.out, value);
  if (!given) return;
  if (worth_showing) p.out.put(" => ");
  print_probe(p, *given, std::min<std::uint64_t>(count, number_in<std::uint8_t>(*given, 1)));
}

// A resource that is longer than what is known of it: the rest is shown if it is not zero.
void print_io_uring_resource(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::size_t known = abi::size_of(*type.layout, p.call.abi);
  const std::uint64_t size = static_cast<std::uint32_t>(p.call.args[3]);
  const auto bytes = size < known ? std::nullopt : p.memory.input(value, known);
  if (!bytes) return print_address(p.out, value);
  p.out.put('{');
  print_fields(p, *type.layout, abi::Flow::in, value, *bytes, 0, static_cast<unsigned>(type.layout->fields.size()));
  if (size > known) {
    const auto rest = p.memory.input(value + known, static_cast<std::size_t>(size - known));
    if (!rest) {
      p.out.put(", ???");
    } else if (any_set(*rest)) {
      p.out.put(", /* bytes ");
      p.out.decimal(known);
      p.out.put("..");
      p.out.decimal(size - 1);
      p.out.put(" */ ");
      print_hex_string(p, *rest);
    }
  }
  p.out.put('}');
}

// Operations that take exactly one structure; setting the clock is said to take none.
void print_io_uring_single(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t registered_ring = 0x80000000, clock = 29;
  const auto operation = static_cast<std::uint32_t>(p.call.args[1]) & ~registered_ring;
  if (static_cast<std::uint32_t>(p.call.args[3]) != (operation == clock ? 0u : 1u)) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const bool two_sided = type.copy.flow == abi::Flow::inout;
  print_struct_at(p, *type.layout, two_sided ? abi::Flow::in : type.copy.flow, value);
  if (!two_sided || p.failed() || !p.memory.input(value, abi::size_of(*type.layout, p.call.abi))) return;
  p.out.put(" => ");
  print_struct_at(p, *type.layout, abi::Flow::out, value);
}

// How many workers there may be of either kind, and how many there might have been before.
void print_io_uring_workers(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t count = p.elements(type, value);
  const auto print_side = [&](abi::Flow flow) {
    std::int64_t index = 0;
    print_array(p, flow, value, count, sizeof(std::uint32_t), [&](std::uint64_t, ByteSpan bytes) {
      p.out.put('[');
      print_one_of_decimal(p, abi::io_uring_workers, index++);
      p.out.put("]=");
      p.out.decimal(number_in<std::uint32_t>(bytes, 0));
    });
  };
  print_side(abi::Flow::in);
  const std::size_t shown = static_cast<std::size_t>(std::min<std::uint64_t>(count, p.options.string_limit)) * sizeof(std::uint32_t);
  if (count == 0 || !p.memory.input(value, shown)) return;
  p.out.put(" => ");
  p.failed() ? print_address(p.out, value) : print_side(abi::Flow::out);
}

void print_io_uring_restrictions(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned size = 16;
  if (!follow(p, type, value)) return;
  print_array(p, abi::Flow::in, value, p.elements(type, value), size, [&](std::uint64_t, ByteSpan bytes) {
    Braces fields(p);
    const auto opcode = number_in<std::uint16_t>(bytes, 0);
    const unsigned argument = number_in<std::uint8_t>(bytes, 2);
    fields.name("opcode");
    print_one_of(p, abi::io_uring_restrictions, opcode);
    switch (opcode) {
      case 0:
        fields.name("register_op");
        print_one_of(p, abi::io_uring_register_opcodes, argument);
        break;
      case 1:
        fields.name("sqe_op");
        print_one_of(p, abi::io_uring_ops, argument);
        break;
      case 2:
      case 3:
        fields.name("sqe_flags");
        print_flags(p, abi::io_uring_sqe_flags, argument);
        break;
      default:
        p.out.put(" /* op: ");
        p.out.hex(argument);
        p.out.put(" */");
    }
    if (const unsigned reserved = number_in<std::uint8_t>(bytes, 3)) {
      fields.name("resv");
      p.out.hex(reserved);
    }
    print_reserved_words(p, fields, bytes.subspan(4));
  });
}

}  // namespace sysreel::text
