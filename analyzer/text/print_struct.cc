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
  if (field.type.copy.count.from == abi::CountFrom::arg) type = at_most(type, field.type.copy.count);
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
bool hidden(const CallPrinter& p, const abi::Field& field) {
  const bool revealed = field.when.condition == abi::Condition::revealed && p.field_value(field.when.field) != 0;
  return field.verbose && p.abbreviated() && !revealed;
}

// Whether what the field stands under holds; p.frame shows the structure. `chosen`: so did an earlier condition.
bool applies(const CallPrinter& p, const abi::When& when, bool& chosen) {
  if (when.condition == abi::Condition::none || when.condition == abi::Condition::revealed) return true;
  if (when.condition == abi::Condition::otherwise) return !chosen;
  const bool equal = (p.field_value(when.field) & when.mask) == when.value;
  const bool holds = equal == (when.condition == abi::Condition::equal);
  chosen |= holds;
  return holds;
}

// What stands in front of a field: its name, and what separates it from the one before.
void put_lead(Out& out, const abi::Field& field, bool comma) {
  switch (field.lead) {
    case abi::Lead::comma:
      if (comma) out.put(", ");
      break;
    case abi::Lead::arrow: return out.put(" => ");
    case abi::Lead::braces: out.put("} => {"); break;
    case abi::Lead::more: return;
  }
  out.put(field.name);
  out.put('=');
}

bool has_answers(const abi::Struct& layout) {
  return std::any_of(layout.fields.begin(), layout.fields.end(), [](const abi::Field& field) { return field.answer; });
}

}  // namespace

void print_fields(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes,
                  unsigned first, unsigned last) {
  const CallPrinter::Frame outer = p.frame;
  // What the kernel answered, where that is shown besides what it was asked.
  const bool two_sided = flow == abi::Flow::inout && has_answers(layout);
  const auto given = two_sided && !p.failed() ? p.memory.output(address, bytes.size()) : std::nullopt;
  bool comma = first != 0;
  bool cut = false, chosen = false;
  for (unsigned i = first; i < last && i < layout.fields.size(); ++i) {
    const abi::Field& field = layout.fields[i];
    if (!field.name || (two_sided && field.answer && !given)) continue;
    const ByteSpan side = two_sided && field.answer ? *given : bytes;
    const abi::Flow side_flow = !two_sided ? flow : field.answer ? abi::Flow::out : abi::Flow::in;
    p.frame = {&layout, side, address, two_sided ? !field.answer : outer.asked};
    const unsigned offset = abi::offset_of(layout, i, p.call.abi);
    const unsigned size = abi::size_of(field.ctype, p.call.abi, field.type.layout) * field.length;
    if (offset + size > side.size()) break;
    if ((field.nonzero && is_zero(side.subspan(offset, size))) || !applies(p, field.when, chosen)) continue;
    if (hidden(p, field) || field.lead == abi::Lead::more) {
      cut = true;
      continue;
    }
    put_lead(p.out, field, comma);
    comma = true;
    print_field(p, field, i, side_flow, offset);
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
  // Where answers are shown besides what was asked, the latter is what there was at entry.
  const abi::Flow asked = flow == abi::Flow::inout && has_answers(layout) ? abi::Flow::in : flow;
  const auto bytes = p.fetch(asked, address, abi::size_of(layout, p.call.abi));
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

// [[1, 2], [3, 4]]: the elements are structures of one array, shown without braces and name.
void print_nested_arrays(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const abi::Flow flow = type.copy.flow;
  const abi::Field& field = type.layout->fields.front();
  const unsigned size = abi::size_of(*type.layout, p.call.abi);
  print_array(p, flow, value, p.elements(type, value), size, [&](std::uint64_t address, ByteSpan) {
    print(p, embedded(field, flow, size / field.length), address);
  });
}

}  // namespace sysreel::text
