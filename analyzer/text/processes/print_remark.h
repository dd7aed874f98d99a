// Helpers for results and values that are named behind the number.
#pragma once

#include <string_view>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// What `print` writes to p.out becomes the remark in parentheses behind the result instead.
template <typename Print>
void remark(CallPrinter& p, Print print) {
  const std::size_t begin = p.out.size();
  print();
  set_comment(p, p.out.view_from(begin));
  p.out.truncate(begin);
}

// Whether at least one name of the set is in `value`.
inline bool has_known_flag(const abi::Names& names, std::uint64_t value) {
  for (const abi::Name& name : names.rows) {
    if (name.value != 0 && (value & name.value) == name.value) return true;
  }
  return false;
}

// A|B|0x40 whatever -X says, without a comment for a set without a name.
inline void put_flag_names(Out& out, const abi::Names& names, std::uint64_t value) {
  bool first = true;
  const auto separate = [&] {
    if (!first) out.put('|');
    first = false;
  };
  for (const abi::Name& name : names.rows) {
    if (name.value == 0 || (value & name.value) != name.value) continue;
    separate();
    out.put(name.text);
    value &= ~name.value;
  }
  if (value == 0) return;
  separate();
  out.hex(value);
}

// "\\x25\\x12": data that is no text, in hexadecimal whatever -x says.
inline void print_hex_quoted(Out& out, ByteSpan bytes, bool more) {
  out.put('"');
  for (const std::byte byte : bytes) {
    out.put("\\x");
    out.hex_digits(std::to_integer<unsigned>(byte), 2);
  }
  out.put(more ? "\"..." : "\"");
}

}  // namespace sysreel::text
