// Mounts and swap: flags that hold numbers, and arguments that count only with some flags.
#include <algorithm>

#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/extensible.h"
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t ms_magic_mask = 0xffff0000, ms_magic = 0xc0ed0000;
constexpr std::uint64_t ms_remount = 0x20, ms_without_data = 0x1000 | 0x2000 | 0x20000 | 0x40000 | 0x80000 | 0x100000;

std::uint64_t mount_flags_of(const CallPrinter& p) {
  const std::uint64_t flags = p.word() == 4 ? static_cast<std::uint32_t>(p.call.args[3]) : p.call.args[3];
  return (flags & ms_magic_mask) == ms_magic ? flags & ~ms_magic_mask : flags;
}

void print_text_or_address(CallPrinter& p, const abi::Type& type, std::uint64_t value, bool counts) {
  counts ? print_string(p, type, value) : print_address(p.out, value);
}

}  // namespace

void print_mount_type(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_text_or_address(p, type, value, (mount_flags_of(p) & (ms_remount | ms_without_data)) == 0);
}

void print_mount_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const std::uint64_t flags = mount_flags_of(p);
  print_text_or_address(p, type, value, (flags & ms_remount) != 0 || (flags & ms_without_data) == 0);
}

void print_mount_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::uint64_t flags = p.word() == 4 ? static_cast<std::uint32_t>(value) : value;
  if ((flags & ms_magic_mask) != ms_magic) return print_flags(p, abi::mount_flags, flags);
  const std::uint64_t rest = flags & ~ms_magic_mask;
  print_constant(p, ms_magic, "MS_MGC_VAL");
  if (rest == 0) return;
  p.out.put('|');
  print_flags(p, abi::mount_flags, rest);
}

void print_mount_attr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_extensible(p, type, value, [&](FieldPrinter& fields) {
    constexpr std::uint64_t idmap = 0x100000;
    for (const char* name : {"attr_set", "attr_clr", "propagation"}) fields.print(name);
    if ((fields.value("attr_set").value_or(0) & idmap) != 0) return fields.print("userns_fd");
    fields.begin("userns_fd");
    p.out.decimal(fields.value("userns_fd").value_or(0));
  });
}

void print_fsconfig_key(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t longest = 256;  // of a key or a value in the kernel
  print_bounded_string(p, type, value, longest);
}

void print_fsconfig_binary(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t longest = 1 << 20;  // which the kernel takes
  const auto size = static_cast<std::uint32_t>(p.call.args[4]);
  if (size > longest) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const std::uint32_t shown = std::min(size, p.options.string_limit);
  const auto bytes = p.fetch(type.copy.flow, value, shown);
  if (!bytes) return print_address(p.out, value);
  print_hex_string(p, *bytes, shown < size);
}

void print_swap_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t priority_mask = 0x7fff;
  const auto flags = static_cast<std::uint32_t>(value);
  const std::uint32_t names = flags & ~priority_mask;
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.hex(flags);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) {
    if (names == 0) return;
    p.out.put(" /* ");
  }
  if (names != 0) {
    std::uint32_t rest = names;
    bool any = false;
    for (const abi::Name& name : abi::swap_flags.rows) {
      if ((rest & name.value) == 0) continue;
      if (any) p.out.put('|');
      any = true;
      p.out.put(name.text);
      rest &= ~static_cast<std::uint32_t>(name.value);
    }
    if (rest != 0) {
      if (any) p.out.put('|');
      p.out.hex(rest);
      if (!any) print_note(p, "SWAP_FLAG_???");
    }
    p.out.put('|');
  }
  p.out.decimal(flags & priority_mask);
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

}  // namespace sysreel::text
