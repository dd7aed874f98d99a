// Futexes: the operation packed into FUTEX_WAKE_OP's last argument, bit sets, and the flags of the second generation.
#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {

void print_pointer64(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_address(p.out, value); }

// uapi linux/futex.h, FUTEX_OP(): a shift flag, 3 bits of operation, 4 of comparison, 12 each of operands.
void print_futex_wake_op(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto packed = static_cast<std::uint32_t>(value);
  const auto put_named = [&](const abi::Names& names, std::uint32_t number, std::string_view shift) {
    const char* name = name_of(names, number);
    if (name) {
      print_constant(p, number, name);
    } else {
      p.out.hex(number);
    }
    p.out.put(shift);
    if (!name && p.options.constants != ConstantStyle::raw) print_note(p, names.unknown);
  };
  if (packed >> 31 != 0) {
    print_constant(p, 8, "FUTEX_OP_OPARG_SHIFT");
    p.out.put("<<28|");
  }
  put_named(abi::futex_wake_ops, packed >> 28 & 7, "<<28");
  p.out.put('|');
  p.out.hex(packed >> 12 & 0xfff);
  p.out.put("<<12|");
  put_named(abi::futex_wake_comparisons, packed >> 24 & 0xf, "<<24");
  p.out.put('|');
  p.out.hex(packed & 0xfff);
}

void print_futex_bitset(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_one_of(p, abi::futex_bitsets, p.word() == 4 ? static_cast<std::uint32_t>(value) : value);
}

// Two bits of size, then flags: FUTEX2_SIZE_U32|FUTEX2_PRIVATE.
void print_futex2_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto flags = static_cast<std::uint32_t>(value);
  if (p.options.constants != ConstantStyle::abbrev) p.out.hex(flags);
  if (p.options.constants == ConstantStyle::raw) return;
  const bool both = p.options.constants == ConstantStyle::verbose;
  if (both) p.out.put(" /* ");
  p.out.put(name_of(abi::futex2_sizes, flags & 3));
  if ((flags & ~3u) != 0) {
    p.out.put('|');
    put_flag_names(p.out, abi::futex2_flags, flags & ~3u);
  }
  if (both) p.out.put(" */");
}

// An array of waiters; the kernel takes no more than 128 (FUTEX_WAITV_MAX).
void print_futex_waitv(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::uint64_t most = 128;
  constexpr unsigned size = 24, reserved_field = 3;
  const std::uint64_t count = p.elements(type, value);
  if (count == 0) return p.out.put("[]");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = value + i * size;
    const auto bytes = p.fetch(type.copy.flow, at, size);
    if (!bytes && i == 0) return print_address(p.out, value);
    p.out.put(i == 0 ? "[" : ", ");
    if (i == most || !bytes) {
      if (i == most) p.out.put("...");
      else print_array_end(p, type.copy.flow, at, size);
      break;
    }
    std::uint32_t reserved = 0;
    std::memcpy(&reserved, bytes->data() + 20, sizeof reserved);
    p.out.put('{');
    print_fields(p, abi::futex_waitv_layout, type.copy.flow, at, *bytes, 0, reserved != 0 ? reserved_field + 1 : reserved_field);
    p.out.put('}');
  }
  p.out.put(']');
}

}  // namespace sysreel::text
