// Structures printed from their rows: {field=value, …}.
#include <algorithm>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

// The type of an embedded structure or array, as if it were pointed to: memory of the enclosing structure's flow.
abi::Type embedded(const abi::Field& field, abi::Flow flow, unsigned element_size) {
  abi::Type type = field.type;
  type.copy = {};
  type.copy.flow = flow;
  type.copy.extent = abi::Extent::elements;
  type.copy.unit = element_size;
  type.copy.count = abi::times(field.length);
  type.copy.on_failure = true;  // whether it is to be shown was decided for the whole structure
  return type;
}

void print_field(CallPrinter& p, const abi::Field& field, unsigned index, abi::Flow flow, unsigned offset) {
  const CallPrinter::Frame& frame = p.frame;
  const bool in_place = field.ctype == abi::CType::structure || field.length > 1;
  if (!in_place) return print(p, field.type, p.field_value(index));

  const unsigned size = abi::size_of(field.ctype, p.call.abi, field.type.layout);
  if (field.type.kind == abi::Kind::structure && field.length == 1) {
    return print_struct(p, *field.type.layout, flow, frame.address + offset, frame.bytes.subspan(offset, size));
  }
  abi::Type type = embedded(field, flow, size);
  if (type.kind == abi::Kind::structure) type.kind = abi::Kind::structure_array;
  print(p, type, frame.address + offset);
}

bool is_zero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

// "..." stands for fields that only -v shows.
bool hidden(const CallPrinter& p, const abi::Field& field) { return field.verbose && p.abbreviated(); }

}  // namespace

void print_fields(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes,
                  unsigned first, unsigned last) {
  const CallPrinter::Frame outer = p.frame;
  bool comma = first != 0;
  bool cut = false;
  for (unsigned i = first; i < last && i < layout.fields.size(); ++i) {
    const abi::Field& field = layout.fields[i];
    if (!field.name) continue;
    const unsigned offset = abi::offset_of(layout, i, p.call.abi);
    const unsigned size = abi::size_of(field.ctype, p.call.abi, field.type.layout) * field.length;
    if (offset + size > bytes.size()) break;
    if (field.nonzero && is_zero(bytes.subspan(offset, size))) continue;
    if (hidden(p, field)) {
      cut = true;
      continue;
    }
    if (comma) p.out.put(", ");
    comma = true;
    p.out.put(field.name);
    p.out.put('=');
    p.frame = {&layout, bytes, address};
    print_field(p, field, i, flow, offset);
  }
  if (cut) p.out.put(comma ? ", ..." : "...");
  p.frame = outer;
}

void print_struct(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes) {
  p.out.put('{');
  print_fields(p, layout, flow, address, bytes, 0, static_cast<unsigned>(layout.fields.size()));
  p.out.put('}');
}

void print_struct_at(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address) {
  const auto bytes = p.fetch(flow, address, abi::size_of(layout, p.call.abi));
  if (!bytes || address == 0) return print_address(p.out, address);
  print_struct(p, layout, flow, address, *bytes);
}

void print_structure(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  if (type.copy.unit == 0) return print_struct_at(p, *type.layout, type.copy.flow, value);
  // Extensible: as many bytes as the call or the structure itself says.
  const std::uint64_t known = abi::size_of(*type.layout, p.call.abi);
  const auto size = static_cast<std::size_t>(std::min(p.elements(type, value) * type.copy.unit, known));
  const auto bytes = p.fetch(type.copy.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  print_struct(p, *type.layout, type.copy.flow, value, *bytes);
}

void print_structure_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const abi::Flow flow = type.copy.flow;
  print_array(p, flow, value, p.elements(type, value), abi::size_of(*type.layout, p.call.abi),
              [&](std::uint64_t address, ByteSpan bytes) { print_struct(p, *type.layout, flow, address, bytes); });
}

}  // namespace sysreel::text
