// Fonts of the console: GIO_FONTX, PIO_FONTX, KDFONTOP. uapi linux/kd.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t glyph_height = 32;  // lines that a glyph takes in memory, however high it is

// The glyphs, cut by -s.
void print_glyphs(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  if (address == 0) return print_address(p.out, address);
  const std::uint64_t limit = p.options.string_limit;
  const auto bytes = p.fetch(flow, address, static_cast<std::size_t>(std::min(length, limit + 1)));
  if (!bytes && length != 0) return print_address(p.out, address);
  const ByteSpan shown = bytes ? bytes->first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes->size(), limit))) : ByteSpan{};
  print_hex_string(p, shown, length > limit);
}

void put_number(CallPrinter& p, Braces& fields, std::string_view name, std::uint64_t value) {
  fields.name(name);
  p.out.decimal(value);
}

struct FontRequest {
  std::uint32_t op, flags, width, height, count;
  std::uint64_t data;

  std::uint64_t length() const { return std::uint64_t{count} * ((std::uint64_t{width} + 7) / 8) * glyph_height; }
};

std::optional<FontRequest> request_at(const CallPrinter& p, abi::Flow flow, std::uint64_t address) {
  const std::size_t data_offset = p.word() == 8 ? 24 : 20;
  const auto bytes = p.fetch(flow, address, data_offset + p.word());
  if (!bytes) return std::nullopt;
  const auto word = [&](std::size_t index) { return number_in<std::uint32_t>(*bytes, 4 * index); };
  const std::uint64_t data = p.word() == 8 ? number_in<std::uint64_t>(*bytes, data_offset) : word(5);
  return FontRequest{word(0), word(1), word(2), word(3), word(4), data};
}

enum Operation : std::uint32_t { set = 0, get = 1, set_default = 2, copy = 3 };

// The name of a built-in font: the kernel does not read past its room, NUL or not.
void print_font_name(CallPrinter& p, std::uint64_t address) {
  constexpr std::size_t room = 32;
  if (address == 0) return print_address(p.out, address);
  const std::size_t wanted = std::min<std::size_t>(p.options.string_limit, room);
  const MemoryImage::Run run = p.fetch_run(abi::Flow::in, address, wanted);
  std::size_t length = 0;
  while (length < run.bytes.size() && run.bytes[length] != std::byte{0}) ++length;
  if (length == run.bytes.size() && length < wanted) return print_address(p.out, address);
  print_quoted(p, run.bytes.first(std::min(length, room - 1)), length == wanted);
}

void print_request(CallPrinter& p, Braces& fields, const FontRequest& request) {
  fields.name("op");
  print_one_of(p, abi::font_operations, request.op);
  if (request.op == copy) return put_number(p, fields, "height", request.height);
  if (request.op != set_default) {
    fields.name("flags");
    print_flags(p, abi::font_flags, request.flags);
  }
  put_number(p, fields, "width", request.width);
  put_number(p, fields, "height", request.height);
  if (request.op != set_default) put_number(p, fields, "charcount", request.count);
  fields.name("data");
  switch (request.op) {
    case set: return print_glyphs(p, abi::Flow::in, request.data, request.length());
    case set_default: return print_font_name(p, request.data);
    default: return print_address(p.out, request.data);
  }
}

}  // namespace

void print_console_font(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const bool output = type.copy.flow == abi::Flow::inout;
  const auto print_side = [&](abi::Flow flow, bool with_data) {
    const auto head = p.fetch(flow, value, 4);
    const auto data = p.fetch_word(flow, value + p.word());
    if (!head || !data) return print_address(p.out, value);
    const auto count = number_in<std::uint16_t>(*head, 0);
    Braces fields(p);
    put_number(p, fields, "charcount", count);
    put_number(p, fields, "charheight", number_in<std::uint16_t>(*head, 2));
    fields.name("chardata");
    with_data ? print_glyphs(p, flow, *data, count * glyph_height) : print_address(p.out, *data);
  };
  print_side(abi::Flow::in, !output);
  if (!output || p.failed() || !p.fetch(abi::Flow::in, value, 2 * p.word())) return;
  p.out.put(" => ");
  print_side(abi::Flow::out, true);
}

void print_font_operation(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto asked = request_at(p, abi::Flow::in, value);
  if (!asked) return print_address(p.out, value);
  {
    Braces fields(p);
    print_request(p, fields, *asked);
  }
  const auto given = p.failed() ? std::nullopt : request_at(p, abi::Flow::out, value);
  if (!given || asked->op == set || asked->op == copy) return;
  p.out.put(" => ");
  Braces fields(p);
  put_number(p, fields, "width", given->width);
  put_number(p, fields, "height", given->height);
  if (asked->op == set_default) return;
  put_number(p, fields, "charcount", given->count);
  fields.name("data");
  if (asked->op == get) return print_glyphs(p, abi::Flow::out, given->data, given->length());
  print_address(p.out, given->data);
}

}  // namespace sysreel::text
