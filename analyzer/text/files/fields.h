// Fields of a structure by name, for printers that serve several layouts or print fields only sometimes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// Prints chosen fields of one structure: "name=value", separated, between braces that the caller writes.
class FieldPrinter {
 public:
  // `bytes` are a copy of the structure at `address`; both must outlive this.
  FieldPrinter(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes)
      : p_(p), layout_(layout), flow_(flow), address_(address), bytes_(bytes) {}

  // The field's value, extended to 64 bits by its sign; nothing if the layout has no such field.
  std::optional<std::uint64_t> value(std::string_view name) const;

  // Prints one field as its row says; nothing if the layout has no such field, or its bytes are not there.
  void print(std::string_view name);

  // Writes ", " unless this is the first, and "name=" for a value that the caller prints.
  void begin(std::string_view name);

 private:
  std::optional<unsigned> index_of(std::string_view name) const;

  CallPrinter& p_;
  const abi::Struct& layout_;
  abi::Flow flow_;
  std::uint64_t address_;
  ByteSpan bytes_;
  bool any_ = false;
};

}  // namespace sysreel::text
