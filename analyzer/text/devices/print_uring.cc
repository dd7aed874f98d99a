// io_uring: set-up and registrations. uapi linux/io_uring.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::size_t params_size = 120;
constexpr std::uint32_t attach_wq = 1u << 5;

bool any_set(ByteSpan bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
}

}  // namespace

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
    print(p, abi::value(abi::Kind::fd), word(*asked, 6));
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

namespace {

// Of an operation: the ring is named by the index under which it is registered, not by a descriptor.
constexpr std::uint32_t by_index = 0x80000000;

std::uint32_t operation_of(const CallPrinter& p) { return static_cast<std::uint32_t>(p.call.args[1]) & ~by_index; }

}  // namespace

void print_io_uring_opcode(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto opcode = static_cast<std::uint32_t>(value);
  print_one_of(p, abi::io_uring_register_opcodes, opcode & ~by_index);
  if (!(opcode & by_index)) return;
  p.out.put('|');
  print_flags(p, abi::io_uring_register_flags, by_index);
}

void print_ring_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const bool is_index = (static_cast<std::uint32_t>(p.call.args[1]) & by_index) != 0;
  print(p, abi::value(is_index ? abi::Kind::u32 : abi::Kind::fd), value);
}

void print_registered_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t skip = static_cast<std::uint32_t>(-2);
  const auto fd = static_cast<std::uint32_t>(value);
  if (fd != skip || p.options.constants == ConstantStyle::raw) return print(p, abi::value(abi::Kind::fd), fd);
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

constexpr std::uint64_t probe_head_size = 16, probed_operation_size = 8;

// `more`: the kernel knows of operations for which there was no room.
void print_probe(CallPrinter& p, ByteSpan bytes, std::uint64_t count, bool more) {
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
  const std::uint64_t shown = p.abbreviated() ? std::min<std::uint64_t>(count, p.options.string_limit) : count;
  for (std::uint64_t i = 0; i < shown; ++i) {
    if (i > 0) p.out.put(", ");
    print_probed_operation(p, bytes.subspan(probe_head_size + i * probed_operation_size, probed_operation_size));
  }
  if (shown < count || more) p.out.put(shown > 0 ? ", ..." : "...");
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
  if (worth_showing) print_probe(p, *asked, count, false);
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, size);
  if (!given && !worth_showing) return print_address(p.out, value);
  if (!given) return;
  if (worth_showing) p.out.put(" => ");
  const std::uint64_t known = number_in<std::uint8_t>(*given, 1);
  print_probe(p, *given, std::min(count, known), count < known);
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

namespace {

// Whether there is to be shown what an operation takes that wants exactly one structure. The clock is said to be none.
bool is_one(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t clock = 29;
  if (static_cast<std::uint32_t>(p.call.args[3]) == (operation_of(p) == clock ? 0u : 1u)) return follow(p, type, value);
  print_address(p.out, value);
  return false;
}

}  // namespace

void print_io_uring_single(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!is_one(p, type, value)) return;
  const bool two_sided = type.copy.flow == abi::Flow::inout;
  print_struct_at(p, *type.layout, two_sided ? abi::Flow::in : type.copy.flow, value);
  if (!two_sided || p.failed() || !p.memory.input(value, abi::size_of(*type.layout, p.call.abi))) return;
  p.out.put(" => ");
  print_struct_at(p, *type.layout, abi::Flow::out, value);
}

void print_io_uring_answered(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (is_one(p, type, value)) print_struct_at(p, *type.layout, abi::Flow::inout, value);
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
  const std::uint64_t rows = std::min<std::uint64_t>(count, p.options.string_limit);
  const std::size_t shown = static_cast<std::size_t>(rows) * sizeof(std::uint32_t);
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
