// btrfs: what its ioctls take that rows cannot tell. uapi linux/btrfs.h.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {

void print_uuid(CallPrinter& p, ByteSpan bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) p.out.put('-');
    p.out.hex_digits(std::to_integer<unsigned>(bytes[i]), 2);
  }
}

void print_uuid(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 16;
  const auto bytes = p.fetch(type.copy.flow, value, size);
  bytes ? print_uuid(p, *bytes) : print_address(p.out, value);
}

void print_named_number(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const char* name = name_of(*type.names, value);
  const ConstantStyle style = p.options.constants;
  if (name && style == ConstantStyle::abbrev) return p.out.put(name);
  p.out.decimal(value);
  if (name && style == ConstantStyle::verbose) print_note(p, name);
}

void print_flags64_at(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto flags = p.fetch<std::uint64_t>(type.copy.flow, value);
  flags ? print_flags(p, *type.names, *flags) : print_address(p.out, value);
}

// What a new subvolume inherits: the head, and with -v the groups behind it.
void print_btrfs_inherit(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const abi::Struct& layout = abi::btrfs_inherit_layout;
  const std::size_t head = abi::size_of(layout, p.call.abi);
  const auto bytes = p.elements(type, value) < head ? std::nullopt : p.fetch(type.copy.flow, value, head);
  if (!bytes) return print_address(p.out, value);
  p.out.put('{');
  print_fields(p, layout, type.copy.flow, value, *bytes, 0, static_cast<unsigned>(layout.fields.size()));
  if (p.abbreviated()) {
    p.out.put(", ...}");
    return;
  }
  p.out.put(", qgroups=");
  const auto groups = number_in<std::uint64_t>(*bytes, sizeof(std::uint64_t));
  print_array(p, type.copy.flow, value + head, groups, sizeof(std::uint64_t),
              [&](std::uint64_t, ByteSpan group) { p.out.decimal(number_in<std::uint64_t>(group, 0)); });
  p.out.put('}');
}

// The bounds of a search; the range of all objects is shown with -v only.
void print_btrfs_search_key(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t first_object = 256, last_object = static_cast<std::uint64_t>(-256);
  const abi::Struct& layout = abi::btrfs_search_key_layout;
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  const auto put = [&](unsigned first, unsigned last) { print_fields(p, layout, type.copy.flow, value, *bytes, first, last); };
  p.out.put('{');
  put(0, 1);
  if (!p.abbreviated() || number_in<std::uint64_t>(*bytes, 8) != first_object) put(1, 2);
  if (!p.abbreviated() || number_in<std::uint64_t>(*bytes, 16) != last_object) put(2, 3);
  put(3, static_cast<unsigned>(layout.fields.size()));
  p.out.put('}');
}

// The subvolumes that the receiver has, shown with -v.
void print_btrfs_roots(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.abbreviated()) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  print_array(p, type.copy.flow, value, p.elements(type, value), sizeof(std::uint64_t), [&](std::uint64_t, ByteSpan bytes) {
    print_named_number(p, with(abi::value(abi::Kind::named_number), abi::btrfs_objects), number_in<std::uint64_t>(bytes, 0));
  });
}

}  // namespace sysreel::text
