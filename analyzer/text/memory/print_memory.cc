// Memory mappings and NUMA policy.
#include <algorithm>

#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "format/abi/abi.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// Names of `flags` behind what was printed, each with a leading |; what has no name as hex.
void append_names(Out& out, const abi::Names& names, std::uint64_t flags) {
  for (const abi::Name& name : names.rows) {
    if (name.value == 0 || (flags & name.value) != name.value) continue;
    out.put('|');
    out.put(name.text);
    flags &= ~name.value;
  }
  if (flags == 0) return;
  out.put('|');
  out.hex(flags);
}

// The logarithm of a huge page's size in bits 26 to 31: linux/mman.h, linux/memfd.h.
constexpr unsigned huge_shift = 26;
constexpr std::uint64_t huge_mask = 0x3full << huge_shift;

void append_huge_size(Out& out, std::uint64_t flags, std::string_view shift_name) {
  const std::uint64_t size = (flags & huge_mask) >> huge_shift;
  if (size == 0) return;
  out.put('|');
  out.decimal(size);
  out.put("<<");
  out.put(shift_name);
}

// What every printer of a compound constant does with -X.
template <typename PrintNames>
void print_compound(CallPrinter& p, std::uint64_t value, PrintNames print_names) {
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.hex(value);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  print_names();
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

}  // namespace

void print_mmap_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint64_t type_mask = 0xf;
  const std::uint64_t flags = p.word() == 4 ? static_cast<std::uint32_t>(value) : value;
  print_compound(p, flags, [&] {
    if (const char* type = name_of(abi::mmap_types, flags & type_mask)) {
      p.out.put(type);
    } else {
      p.out.hex(flags & type_mask);
      p.out.put(" /* MAP_??? */");
    }
    append_names(p.out, abi::mmap_flags, flags & ~type_mask & ~huge_mask);
    append_huge_size(p.out, flags, "MAP_HUGE_SHIFT");
  });
}

void print_page_offset(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr unsigned page_shift = 12;
  p.out.hex(static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)) << page_shift);
}

void print_old_mmap_args(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, *type.layout, type.copy.flow, value);
}

void print_mremap_address(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t mremap_fixed = 2, mremap_dontunmap = 4;
  if ((neighbour(p, type, -1) & (mremap_fixed | mremap_dontunmap)) != 0) print_address(p.out, value);
}

void print_residency(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_array(p, type.copy.flow, value, p.elements(type, value), 1,
              [&](std::uint64_t, ByteSpan bytes) { p.out.decimal(static_cast<std::uint8_t>(bytes[0]) & 1); });
}

void print_policy_mode(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t flag_mask = 0xe000;
  const auto mode = static_cast<std::uint32_t>(value);
  const std::uint32_t flags = mode & flag_mask;
  if (flags == 0) return print_one_of(p, abi::policy_modes, mode);
  print_compound(p, mode, [&] {
    const char* name = name_of(abi::policy_modes, mode & ~flag_mask);
    Out rest;
    append_names(rest, abi::policy_mode_flags, name ? flags : mode);
    p.out.put(name ? name : "");
    p.out.put(rest.view().substr(name ? 0 : 1));
  });
}

// mbind takes the mode in a long, of which it looks at 32 bits.
void print_policy_mode_word(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.options.constants == ConstantStyle::raw) return print(p, abi::value(abi::Kind::hex_word), value);
  print_policy_mode(p, type, value);
}

void print_policy_mode_at(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto mode = p.fetch<std::uint32_t>(type.copy.flow, value);
  if (!mode) return print_address(p.out, value);
  p.out.put('[');
  print_one_of(p, abi::policy_modes, *mode);
  p.out.put(']');
}

void print_node_mask(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  // The kernel takes one bit less than it is told, and whole words.
  const std::uint64_t word_bits = 8ull * p.word();
  const std::uint64_t nodes = p.call.args[type.copy.count.index];
  const std::uint64_t words = (nodes + word_bits - 2) / word_bits;
  if (words < nodes / word_bits || (nodes != 0 && words == 0)) return print_address(p.out, value);
  print_array(p, type.copy.flow, value, words, p.word(), [&](std::uint64_t, ByteSpan bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    const unsigned width = 2 * p.word();
    if (word == 0) return p.out.hex_digits(0, width);
    p.out.put("0x");
    p.out.hex_digits(word, width - 2);
  });
}

// The kernel leaves no status for no page, whatever became of the call.
void print_page_statuses(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value != 0 && p.verbose() && p.elements(type, value) == 0) return p.out.put("[]");
  print(p, abi::with_kind(type, abi::Kind::page_status), value);
}

void print_page_status(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto status = static_cast<std::int32_t>(value);
  const char* error = status < 0 ? abi::errno_name(-status) : nullptr;
  if (!error || p.options.constants == ConstantStyle::raw) return p.out.signed_decimal(status);
  if (p.options.constants == ConstantStyle::verbose) {
    p.out.signed_decimal(status);
    p.out.put(" /* -");
    p.out.put(error);
    return p.out.put(" */");
  }
  p.out.put('-');
  p.out.put(error);
}

void print_memfd_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t longest = 250;  // MFD_NAME_MAX_LEN and the NUL
  print_bounded_string(p, type, value, longest);
}

void print_memfd_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto flags = static_cast<std::uint32_t>(value);
  const std::uint64_t size = flags & huge_mask;
  if (size == 0) return print_flags(p, abi::memfd_flags, flags);
  print_compound(p, flags, [&] {
    Out names;
    append_names(names, abi::memfd_flags, flags & ~size);
    append_huge_size(names, size, "MFD_HUGE_SHIFT");
    p.out.put(names.view().substr(1));  // each has its separator in front
  });
}

}  // namespace sysreel::text
