// Structures whose size is an argument: older and newer callers have shorter and longer ones (openat2, mount_setattr).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "analyzer/text/files/fields.h"

namespace sysreel::text {

// "\\x80\\x81": bytes that are not text, whatever they look like.
inline void put_quoted_hex(Out& out, ByteSpan bytes) {
  out.put('"');
  for (const std::byte byte : bytes) {
    out.put("\\x");
    out.hex_digits(static_cast<std::uint8_t>(byte), 2);
  }
  out.put('"');
}

// Bytes [known, size) of a structure at `address` that the rows do not know: `, /* bytes 24..39 */ "…"` if one of them is
// not zero, `, ???` if they are not readable.
inline void print_extra_bytes(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t known, std::uint64_t size) {
  const MemoryImage::Run rest = p.fetch_run(flow, address + known, static_cast<std::size_t>(size - known));
  if (rest.bytes.size() < size - known) return p.out.put(", ???");
  const bool zero = std::all_of(rest.bytes.begin(), rest.bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (zero) return;
  p.out.put(", /* bytes ");
  p.out.decimal(known);
  p.out.put("..");
  p.out.decimal(size - 1);
  p.out.put(" */ ");
  put_quoted_hex(p.out, rest.bytes);
}

// Prints {fields…} by `print_fields(FieldPrinter&)` if the whole known structure is there, else the address; bytes behind
// the known ones follow as `, /* bytes 24..39 */ "…"` if one of them is not zero.
template <typename PrintFields>
void print_extensible(CallPrinter& p, const abi::Type& type, std::uint64_t address, PrintFields print_fields) {
  if (!follow(p, type, address)) return;
  const std::uint64_t size = p.elements(type, address);
  const std::uint64_t known = abi::size_of(*type.layout, p.call.abi);
  const auto bytes = size < known ? std::nullopt : p.fetch(type.copy.flow, address, known);
  if (!bytes) return print_address(p.out, address);
  p.out.put('{');
  FieldPrinter fields(p, *type.layout, type.copy.flow, address, *bytes);
  print_fields(fields);
  if (size > known) print_extra_bytes(p, type.copy.flow, address, known, size);
  p.out.put('}');
}

// The same for a structure whose first field is its size, of which `sizes` were published: {size=24, …} as far as that and
// the memory go.
template <typename PrintFields>
void print_self_sized(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::initializer_list<std::uint32_t> sizes,
                      PrintFields print_fields) {
  if (!follow(p, type, address)) return;
  const auto size = p.fetch<std::uint32_t>(type.copy.flow, address);
  if (!size) return print_address(p.out, address);
  p.out.put("{size=");
  p.out.decimal(*size);
  if (*size < *sizes.begin()) return p.out.put('}');
  const std::uint32_t known = *std::find_if(std::rbegin(sizes), std::rend(sizes), [&](std::uint32_t one) { return one <= *size; });
  const auto bytes = p.fetch(type.copy.flow, address, known);
  if (!bytes) return p.out.put(", ???}");
  FieldPrinter fields(p, *type.layout, type.copy.flow, address, *bytes);
  p.out.put(", ");
  print_fields(fields);
  if (*size > known) print_extra_bytes(p, type.copy.flow, address, known, *size);
  p.out.put('}');
}

}  // namespace sysreel::text
