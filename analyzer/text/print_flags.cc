// Named constants: sets of flags, enumerations, and the three styles of -X.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

// "A|B|0x40" into `out`. Returns whether a name was found.
bool put_names(Out& out, const abi::Names& names, std::uint64_t value) {
  std::uint64_t rest = value;
  bool any = false;
  for (const abi::Name& name : names.rows) {
    if (name.value == 0 || (rest & name.value) != name.value) continue;
    if (any) out.put('|');
    out.put(name.text);
    any = true;
    rest &= ~name.value;
    if (rest == 0) break;
  }
  if (any && rest != 0) {
    out.put('|');
    out.hex(rest);
  }
  return any;
}

}  // namespace

const char* name_of(const abi::Names& names, std::uint64_t value) {
  for (const abi::Name& name : names.rows) {
    if (name.value == value) return name.text;
  }
  return nullptr;
}

void print_note(CallPrinter& p, std::string_view text) {
  p.out.put(" /* ");
  p.out.put(text);
  p.out.put(" */");
}

void print_constant(CallPrinter& p, std::uint64_t number, std::string_view text) {
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put(text);
  p.out.hex(number);
  if (p.options.constants == ConstantStyle::verbose) print_note(p, text);
}

void print_flags(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  Out& out = p.out;
  const ConstantStyle style = p.options.constants;
  if (style == ConstantStyle::raw) return out.hex(value);
  if (value == 0) {
    const char* zero = name_of(names, 0);
    if (!zero) return out.put('0');
    return print_constant(p, 0, zero);
  }
  const std::size_t begin = out.size();
  if (style == ConstantStyle::verbose) {
    out.hex(value);
    out.put(" /* ");
  }
  if (put_names(out, names, value)) {
    if (style == ConstantStyle::verbose) out.put(" */");
    return;
  }
  out.truncate(begin);
  out.hex(value);
  if (names.unknown) print_note(p, names.unknown);
}

void print_one_of(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  const char* text = name_of(names, value);
  if (text) return print_constant(p, value, text);
  p.out.hex(value);
  if (names.unknown && p.options.constants != ConstantStyle::raw) print_note(p, names.unknown);
}

void print_one_of_decimal(CallPrinter& p, const abi::Names& names, std::int64_t value) {
  const char* text = name_of(names, static_cast<std::uint64_t>(value));
  if (text && p.options.constants == ConstantStyle::abbrev) return p.out.put(text);
  p.out.signed_decimal(value);
  if (p.options.constants == ConstantStyle::raw) return;
  if (!text) text = names.unknown;
  if (text) print_note(p, text);
}

void print_flags(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_flags(p, *type.names, static_cast<std::uint32_t>(value));
}
void print_flags64(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_flags(p, *type.names, value); }
void print_one_of(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_one_of(p, *type.names, static_cast<std::uint32_t>(value));
}
void print_one_of64(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_one_of(p, *type.names, value); }

}  // namespace sysreel::text
