// Input devices: sets of events, names, key codes. uapi linux/input.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/ioctl.h"

namespace sysreel::text {
namespace {

// Bytes that the command in argument 1 makes room for.
std::size_t room(const CallPrinter& p) { return abi::ioctl_size(static_cast<std::uint32_t>(p.call.args[1])); }

// Bytes that the call said it wrote, no more than there was room for.
std::size_t written(const CallPrinter& p) {
  return std::min(static_cast<std::size_t>(std::max<std::int64_t>(p.call.result, 0)), room(p));
}

void print_words(CallPrinter& p, ByteSpan bits) {
  p.out.put('[');
  for (std::size_t at = 0; at < bits.size(); at += p.word()) {
    if (at != 0) p.out.put(", ");
    p.out.hex(load_number(bits.subspan(at, std::min<std::size_t>(p.word(), bits.size() - at)), abi::CType::u64));
  }
  p.out.put(']');
}

void print_bits(CallPrinter& p, const abi::Names& names, ByteSpan bits) {
  constexpr unsigned shown_without_v = 4;
  unsigned shown = 0;
  p.out.put('[');
  for (std::size_t bit = 0; bit < 8 * bits.size(); ++bit) {
    if (!(std::to_integer<unsigned>(bits[bit / 8]) >> bit % 8 & 1)) continue;
    if (shown != 0) p.out.put(' ');
    if (p.abbreviated() && shown >= shown_without_v) {
      p.out.put("...");
      break;
    }
    ++shown;
    if (const char* name = name_of(names, bit)) {
      p.out.put(name);
    } else {
      p.out.hex(bit);
      print_note(p, names.unknown);
    }
  }
  p.out.put(']');
}

}  // namespace

void print_event_bits(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  // The kernel copies whole words.
  const std::size_t words = (written(p) + p.word() - 1) / p.word() * p.word();
  const auto whole = words != 0 ? p.memory.output(value, words) : std::nullopt;
  const auto bits = whole || written(p) == 0 ? whole : p.memory.output(value, written(p));
  if (!bits) return print_address(p.out, value);
  const ConstantStyle style = p.options.constants;
  if (style == ConstantStyle::raw) return print_words(p, *bits);
  print_bits(p, *type.names, bits->first(written(p)));
  if (style != ConstantStyle::verbose) return;
  p.out.put(" /* ");
  print_words(p, *bits);
  p.out.put(" */");
}

void print_event_slots(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t number = 4;
  if (!follow(p, type, value)) return;
  const std::size_t count = room(p) / number;
  const auto slots = count != 0 ? p.memory.output(value, count * number) : std::nullopt;
  if (!slots) return print_address(p.out, value);
  Braces fields(p);
  fields.name("code");
  print_one_of(p, abi::evdev_multitouch, number_in<std::uint32_t>(*slots, 0));
  fields.name("values");
  p.out.put('[');
  for (std::size_t i = 1; i < count; ++i) {
    if (i > 1) p.out.put(", ");
    if (p.abbreviated() && i > p.options.string_limit) {
      p.out.put("...");
      break;
    }
    p.out.signed_decimal(number_in<std::int32_t>(*slots, i * number));
  }
  p.out.put(']');
}

void print_event_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_bytes_at(p, abi::Flow::out, value, written(p));
}

void print_key_code(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto pair = p.fetch(type.copy.flow, value, 8);
  if (!pair) return print_address(p.out, value);
  p.out.put('[');
  p.out.decimal(number_in<std::uint32_t>(*pair, 0));
  p.out.put(", ");
  print_one_of(p, abi::evdev_keys, number_in<std::uint32_t>(*pair, 4));
  p.out.put(']');
}

}  // namespace sysreel::text
