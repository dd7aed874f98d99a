// The console: what its keys produce, and the numbers that its ioctls take as they are. uapi linux/kd.h, linux/keyboard.h.
#include <string>

#include "analyzer/text/network/network.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t clock_rate = 1193182;  // ticks a second of the timer that makes the sound

void print_constant_note(CallPrinter& p, std::string_view text) {
  if (p.options.constants != ConstantStyle::raw) print_note(p, text);
}

// 'a', '\n', '\x7f'
std::string quoted_character(unsigned char c) {
  Out out;
  out.put('\'');
  if (c >= '\t' && c <= '\r') {
    out.put('\\');
    out.put("tnvfr"[c - '\t']);
  } else if (c < ' ' || c > '~') {
    out.put("\\x");
    out.hex_digits(c, 2);
  } else {
    if (c == '\'' || c == '\\') out.put('\\');
    out.put(static_cast<char>(c));
  }
  out.put('\'');
  return std::string(out.view());
}

// K_F1, or K(KT_LATIN, 'a') for what has no name: the type in the high byte, the value in the low one.
std::string key_action(std::uint16_t action) {
  if (const char* name = name_of(abi::key_actions, action)) return name;
  constexpr unsigned latin = 0, meta = 8, letter = 11, dead2 = 13;
  const unsigned type = action >> 8;
  const char* type_name = name_of(abi::key_action_types, type);
  Out out;
  out.put("K(");
  if (type_name) {
    out.put(type_name);
  } else {
    out.hex(type);
  }
  out.put(", ");
  if (type == latin || type == meta || type == letter || type == dead2) {
    out.put(quoted_character(static_cast<unsigned char>(action)));
  } else {
    out.hex(action & 0xffu);
  }
  out.put(')');
  return std::string(out.view());
}

// A count and as many elements, of which there is room for 256.
template <typename PrintElement>
void print_counted(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::string_view name, unsigned size,
                   PrintElement element) {
  constexpr std::uint32_t room = 256;
  if (!follow(p, type, address)) return;
  const auto count = p.fetch<std::uint32_t>(type.copy.flow, address);
  if (!count) return print_address(p.out, address);
  Braces fields(p);
  fields.name("kb_cnt");
  p.out.decimal(*count);
  fields.name(name);
  print_array(p, type.copy.flow, address + sizeof *count, std::min(*count, room), size,
              [&](std::uint64_t, ByteSpan bytes) { element(bytes); });
}

}  // namespace

void print_console_sound(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.decimal(value);
  if (value == 0 || value > clock_rate) return print_constant_note(p, "off");
  print_constant_note(p, std::to_string(clock_rate / value) + " Hz");
}

void print_console_tone(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::uint64_t ticks = value & 0xffff, milliseconds = value >> 16 & 0xffff;
  if (milliseconds != 0) {
    p.out.decimal(milliseconds);
    p.out.put("<<16|");
  }
  p.out.decimal(ticks);
  if (ticks == 0 || milliseconds == 0) return print_constant_note(p, "off");
  print_constant_note(p, std::to_string(clock_rate / ticks) + " Hz, " + std::to_string(milliseconds) + " ms");
}

// The ports of the display adapter, 0x3b4 to 0x3df.
void print_console_port(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint64_t first = 0x3b4, last = 0x3df;
  p.out.hex(value);
  if (value >= first && value <= last) print_constant_note(p, "GPFIRST + " + std::to_string(value - first));
}

void print_low_byte_flags(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_flags(p, *type.names, value & 0xff); }

void print_keyboard_mode(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_one_of_decimal(p, *type.names, static_cast<std::int32_t>(value));
}

// A signal, or the whole register if it is none.
void print_console_signal(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  if (value > 0x7fffffff) return p.out.decimal(value);
  print(p, abi::value(abi::Kind::signal), value);
}

void print_console_unicode(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint64_t base = 0xf000, mask = 0x1ff;
  if ((value & ~mask) != base) return p.out.hex(value);
  Out name;
  name.put("UNI_DIRECT_BASE+");
  name.hex(value & mask);
  print_constant(p, value, name.view());
}

void print_hex_bytes(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t length = p.elements(type, value), limit = p.options.string_limit;
  // One byte more than is shown must be readable, too.
  const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(std::min(length, limit + 1)));
  if (!bytes) return print_address(p.out, value);
  print_hex_string(p, bytes->first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes->size(), limit))), length > limit);
}

// struct kbentry: which key of which table, and what it produces.
void print_key_entry(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto key = p.fetch(abi::Flow::in, value, 2);
  if (!key) return print_address(p.out, value);
  const auto table = number_in<std::uint8_t>(*key, 0);
  Braces fields(p);
  fields.name("kb_table");
  if (name_of(abi::key_tables, table)) {
    print_one_of(p, abi::key_tables, table);
  } else {
    print_flags(p, abi::key_modifiers, table);
  }
  fields.name("kb_index");
  p.out.decimal(number_in<std::uint8_t>(*key, 1));
  const bool output = type.copy.flow == abi::Flow::inout;
  if (output && p.failed()) return;
  fields.name("kb_value");
  const auto action = p.fetch<std::uint16_t>(output ? abi::Flow::out : abi::Flow::in, value + 2);
  if (!action) return p.out.put("???");
  p.out.hex(*action);
  print_constant_note(p, key_action(*action));
}

// struct kbsentry: the string of a function key.
void print_key_string(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint16_t function_key = 0x100;
  constexpr std::size_t room = 512;
  if (!follow(p, type, value)) return;
  const auto key = p.fetch<std::uint8_t>(abi::Flow::in, value);
  if (!key) return print_address(p.out, value);
  Braces fields(p);
  fields.name("kb_func");
  print_constant(p, *key, "KVAL(" + key_action(static_cast<std::uint16_t>(function_key | *key)) + ")");
  const bool output = type.copy.flow == abi::Flow::inout;
  if (output && p.failed()) return;
  fields.name("kb_string");
  const std::size_t limit = std::min<std::size_t>(p.options.string_limit, room);
  const MemoryImage::Run run = p.fetch_run(output ? abi::Flow::out : abi::Flow::in, value + 1, limit);
  std::size_t length = 0;
  while (length < run.bytes.size() && run.bytes[length] != std::byte{0}) ++length;
  if (length == run.bytes.size() && length < limit) return p.out.put("???");
  print_quoted(p, run.bytes.first(length), length == limit);
}

void print_diacritics(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_counted(p, type, value, "kbdiacr", 3, [&](ByteSpan bytes) {
    Braces fields(p);
    unsigned i = 0;
    for (const char* name : {"diacr", "base", "result"}) {
      fields.name(name);
      p.out.put(quoted_character(std::to_integer<unsigned char>(bytes[i++])));
    }
  });
}

void print_unicode_diacritics(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_counted(p, type, value, "kbdiacruc", 12, [&](ByteSpan bytes) {
    Braces fields(p);
    unsigned i = 0;
    for (const char* name : {"diacr", "base", "result"}) {
      fields.name(name);
      p.out.hex(number_in<std::uint32_t>(bytes, 4 * i++));
    }
  });
}

// struct unimapdesc of GIO_UNIMAP: how many entries there is room for, and how many the map has, told even on failure.
void print_unicode_map(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || !p.verbose()) return print_address(p.out, value);
  const auto room = p.fetch<std::uint16_t>(abi::Flow::in, value);
  const auto entries = p.fetch_word(abi::Flow::in, value + p.word());
  if (!room || !entries) return print_address(p.out, value);
  const std::uint16_t count = p.memory.output(value, sizeof *room) ? *p.output<std::uint16_t>(value) : *room;
  Braces fields(p);
  fields.name("entry_ct");
  p.out.decimal(*room);
  p.out.put(" => ");
  p.out.decimal(count);
  fields.name("entries");
  if (p.failed()) return print_address(p.out, *entries);
  print_array(p, abi::Flow::out, *entries, count, 4, [&](std::uint64_t, ByteSpan bytes) {
    Braces pair(p);
    pair.name("unicode");
    p.out.hex(number_in<std::uint16_t>(bytes, 0));
    pair.name("fontpos");
    p.out.hex(number_in<std::uint16_t>(bytes, 2));
  });
  (void)type;
}

}  // namespace sysreel::text
