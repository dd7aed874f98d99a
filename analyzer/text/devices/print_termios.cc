// Settings of terminals, as ioctl(2) reads and sets them. uapi asm-generic/termbits.h.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// What struct termio, termios and termios2 have in common.
struct Settings {
  std::uint32_t input, output, control, local;
  std::uint8_t discipline;
  ByteSpan characters;
};

class FlagList {
 public:
  explicit FlagList(CallPrinter& p) : p_(p) {}
  void put(std::string_view text) {
    if (!first_) p_.out.put('|');
    first_ = false;
    p_.out.put(text);
  }
  void put_number(std::uint32_t value) {
    if (!first_) p_.out.put('|');
    first_ = false;
    p_.out.hex(value);
  }
  // The names of a set, then what has none.
  void put_flags(const abi::Names& names, std::uint32_t value) {
    for (const abi::Name& name : names.rows) {
      if ((value & name.value) != name.value) continue;
      put(name.text);
      value &= ~static_cast<std::uint32_t>(name.value);
    }
    if (value != 0) put_number(value);
  }

 private:
  CallPrinter& p_;
  bool first_ = true;
};

// Delays after special characters: a mask and a name a value.
struct Delay {
  std::uint32_t mask;
  unsigned shift;
  const char* names[4];
};
constexpr Delay delays[] = {
    {0x0100, 8, {"NL0", "NL1"}},
    {0x0600, 9, {"CR0", "CR1", "CR2", "CR3"}},
    {0x1800, 11, {"TAB0", "TAB1", "TAB2", "XTABS"}},
    {0x2000, 13, {"BS0", "BS1"}},
    {0x4000, 14, {"VT0", "VT1"}},
    {0x8000, 15, {"FF0", "FF1"}},
};

void print_output_flags(CallPrinter& p, std::uint32_t value) {
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(value);
  FlagList list(p);
  for (const Delay& delay : delays) {
    list.put(delay.names[(value & delay.mask) >> delay.shift]);
    value &= ~delay.mask;
  }
  list.put_flags(abi::term_output_flags, value);
}

void print_control_flags(CallPrinter& p, std::uint32_t value) {
  constexpr std::uint32_t speed = 0x100f, size = 0x30;
  constexpr unsigned input_shift = 16, size_shift = 4;
  constexpr const char* sizes[] = {"CS5", "CS6", "CS7", "CS8"};
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(value);
  FlagList list(p);
  const auto put_speed = [&](std::uint32_t bits, const char* suffix) {
    if (const char* name = name_of(abi::term_speeds, bits)) return list.put(std::string(name) + suffix);
    list.put_number(bits);
    p.out.put(suffix);
  };
  put_speed(value & speed, "");
  if (const std::uint32_t input = value >> input_shift & speed) put_speed(input, "<<IBSHIFT");
  list.put(sizes[(value & size) >> size_shift]);
  list.put_flags(abi::term_control_flags, value & ~(speed | speed << input_shift | size));
}

void print_characters(CallPrinter& p, ByteSpan characters) {
  p.out.put('[');
  for (std::size_t i = 0; i < characters.size(); ++i) {
    p.out.put(i == 0 ? "[" : ", [");
    const char* name = name_of(abi::control_characters, i);
    if (name && p.options.constants != ConstantStyle::raw) {
      p.out.put(name);
    } else {
      p.out.decimal(i);
    }
    p.out.put("]=");
    p.out.hex(std::to_integer<unsigned>(characters[i]));
  }
  p.out.put(']');
}

void print_settings(CallPrinter& p, Braces& fields, const Settings& settings) {
  fields.name("c_iflag");
  print_flags(p, abi::term_input_flags, settings.input);
  fields.name("c_oflag");
  print_output_flags(p, settings.output);
  fields.name("c_cflag");
  print_control_flags(p, settings.control);
  fields.name("c_lflag");
  print_flags(p, abi::term_local_flags, settings.local);
  if (p.abbreviated()) {
    fields.next();
    return p.out.put("...");
  }
  fields.name("c_line");
  print_one_of(p, abi::line_disciplines, settings.discipline);
  fields.name("c_cc");
  print_characters(p, settings.characters);
}

}  // namespace

void print_termios(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t characters = 19, size_with_speeds = 44;
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  print_settings(p, fields,
                 {number_in<std::uint32_t>(*bytes, 0), number_in<std::uint32_t>(*bytes, 4), number_in<std::uint32_t>(*bytes, 8),
                  number_in<std::uint32_t>(*bytes, 12), number_in<std::uint8_t>(*bytes, 16), bytes->subspan(17, characters)});
  if (bytes->size() < size_with_speeds || p.abbreviated()) return;
  fields.name("c_ispeed");
  p.out.decimal(number_in<std::uint32_t>(*bytes, 36));
  fields.name("c_ospeed");
  p.out.decimal(number_in<std::uint32_t>(*bytes, 40));
}

void print_termio(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t characters = 8;
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  Braces fields(p);
  print_settings(p, fields,
                 {number_in<std::uint16_t>(*bytes, 0), number_in<std::uint16_t>(*bytes, 2), number_in<std::uint16_t>(*bytes, 4),
                  number_in<std::uint16_t>(*bytes, 6), number_in<std::uint8_t>(*bytes, 8), bytes->subspan(9, characters)});
}

// One character of simulated input: ["a"].
void print_tty_character(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, 1);
  if (!bytes) return print_address(p.out, value);
  p.out.put('[');
  print_quoted(p, *bytes, false);
  p.out.put(']');
}

}  // namespace sysreel::text
