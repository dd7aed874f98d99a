// Video4Linux: four-character codes, controls and the flags of buffers. uapi linux/videodev2.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

void put_character(Out& out, unsigned char c) {
  out.put('\'');
  if (c < ' ' || c > '~') {
    out.put("\\x");
    out.hex_digits(c, 2);
  } else {
    if (c == '\'' || c == '\\') out.put('\\');
    out.put(static_cast<char>(c));
  }
  out.put('\'');
}

// The name of a control, or of its class and its distance from that; neither is printed by name alone where -X says so.
void print_control(CallPrinter& p, std::uint32_t id) {
  constexpr std::uint32_t class_mask = 0xffff0000;
  const char* name = name_of(abi::v4l2_controls, id);
  const char* family = name ? nullptr : name_of(abi::v4l2_control_classes, id & class_mask);
  if (!family) return print_one_of(p, abi::v4l2_controls, id);
  Out text;
  text.put(family);
  text.put('+');
  text.hex(id & ~class_mask);
  print_constant(p, id, text.view());
}

// --- several controls at once ------------------------------------------------------------------------------------------------

constexpr unsigned control_size = 20;

void print_ext_control(CallPrinter& p, abi::Flow flow, ByteSpan bytes) {
  Braces fields(p);
  fields.name("id");
  print_control(p, number_in<std::uint32_t>(bytes, 0));
  const auto size = number_in<std::uint32_t>(bytes, 4);
  fields.name("size");
  p.out.decimal(size);
  const auto value = number_in<std::uint64_t>(bytes, 12);
  if (size > 0) {
    fields.name("string");
    return print_bytes_at(p, flow, value, size);
  }
  fields.name("value");
  p.out.signed_decimal(static_cast<std::int32_t>(value));
  fields.name("value64");
  p.out.signed_decimal(static_cast<std::int64_t>(value));
}

// struct v4l2_ext_controls without what differs between ABIs but the pointer at its end.
struct ExtControls {
  std::uint32_t family, count, error_index, request_fd, reserved;
  std::uint64_t controls;
};

std::optional<ExtControls> ext_controls_at(const CallPrinter& p, const abi::Type& type, abi::Flow flow, std::uint64_t address) {
  const auto bytes = p.fetch(flow, address, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return std::nullopt;
  const unsigned pointer = abi::offset_of(*type.layout, 5, p.call.abi);
  const auto word = [&](std::size_t index) { return number_in<std::uint32_t>(*bytes, 4 * index); };
  return ExtControls{word(0), word(1), word(2), word(3), word(4),
                     p.word() == 8 ? number_in<std::uint64_t>(*bytes, pointer) : number_in<std::uint32_t>(*bytes, pointer)};
}

void print_controls(CallPrinter& p, abi::Flow flow, const ExtControls& all) {
  print_array(p, flow, all.controls, all.count, control_size,
              [&](std::uint64_t, ByteSpan bytes) { print_ext_control(p, flow, bytes); });
}

void print_error_index(CallPrinter& p, Braces& fields, const ExtControls& all) {
  if (!p.failed()) return;
  fields.name("error_idx");
  p.out.decimal(all.error_index);
}

void print_family(CallPrinter& p, Braces& fields, const ExtControls& all) {
  fields.name("ctrl_class");
  print_one_of(p, abi::v4l2_control_classes, all.family);
  fields.name("count");
  p.out.decimal(all.count);
}

}  // namespace

void print_fraction(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = p.fetch(type.copy.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  p.out.decimal(number_in<std::uint32_t>(*bytes, 0));
  p.out.put('/');
  p.out.decimal(number_in<std::uint32_t>(*bytes, 4));
}

void print_four_characters(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto code = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(code);
  p.out.put("v4l2_fourcc(");
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0) p.out.put(", ");
    put_character(p.out, static_cast<unsigned char>(code >> 8 * i));
  }
  p.out.put(')');
  if (const char* name = name_of(*type.names, code)) print_note(p, name);
}

void print_v4l2_buffer_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t kind_mask = 0xe000, source_mask = 0x70000;
  const auto flags = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(flags);
  if (const std::uint32_t rest = flags & ~(kind_mask | source_mask)) {
    print_flags(p, abi::v4l2_buffer_flags, rest);
    p.out.put('|');
  }
  print_one_of(p, abi::v4l2_timestamp_kinds, flags & kind_mask);
  p.out.put('|');
  print_one_of(p, abi::v4l2_timestamp_sources, flags & source_mask);
}

void print_v4l2_control(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_control(p, static_cast<std::uint32_t>(value));
}

void print_v4l2_control_query(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t flags_mask = 0xc0000000;
  const auto id = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(id);
  if (id & flags_mask) {
    print_flags(p, abi::v4l2_control_query_flags, id & flags_mask);
    p.out.put('|');
  }
  print_control(p, id & ~flags_mask);
}

void print_v4l2_ext_controls_get(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto asked = ext_controls_at(p, type, abi::Flow::in, value);
  if (!asked) return print_address(p.out, value);
  const auto given = ext_controls_at(p, type, abi::Flow::out, value);
  Braces fields(p);
  print_family(p, fields, *asked);
  if (asked->count == 0) return;
  fields.name("controls");
  print_controls(p, given ? abi::Flow::out : abi::Flow::in, *asked);
  print_error_index(p, fields, given.value_or(*asked));
}

void print_v4l2_ext_controls_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto asked = ext_controls_at(p, type, abi::Flow::in, value);
  if (!asked) return print_address(p.out, value);
  const bool readable = asked->count != 0 && p.memory.input(asked->controls, control_size * std::uint64_t{asked->count});
  {
    Braces fields(p);
    print_family(p, fields, *asked);
    if (asked->count == 0) return;
    fields.name("controls");
    print_controls(p, abi::Flow::in, *asked);
  }
  if (!readable || p.half != Half::exit) return;
  p.out.put(" => ");
  Braces fields(p);
  fields.name("controls");
  print_controls(p, p.failed() ? abi::Flow::in : abi::Flow::out, *asked);
  print_error_index(p, fields, ext_controls_at(p, type, abi::Flow::out, value).value_or(*asked));
}

void print_v4l2_create_buffers(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, *type.layout, abi::Flow::in, value);
  const auto given = p.half == Half::exit && !p.failed() ? p.memory.output(value, 8) : std::nullopt;
  if (!given) return;
  p.comment.clear();
  p.comment.put("{index=");
  p.comment.decimal(number_in<std::uint32_t>(*given, 0));
  p.comment.put(", count=");
  p.comment.decimal(number_in<std::uint32_t>(*given, 4));
  p.comment.put('}');
}

}  // namespace sysreel::text
