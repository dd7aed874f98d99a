// Plain numbers and addresses, and how a value of a type finds its printer.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

constexpr bool follows = true;  // spelled in kinds.def: the kind's function takes an address and reads what is there

struct KindRow {
  void (*print)(CallPrinter&, const abi::Type&, std::uint64_t);
  bool takes_address;
};

constexpr KindRow kind_rows[] = {
#define KIND(name, ...) {print_##name, false __VA_OPT__(|| __VA_ARGS__)},
#include "format/abi/kinds.def"
#undef KIND
};


// The value of a word-sized register, without what an ABI with a narrower word ignores.
std::uint64_t word_of(const CallPrinter& p, std::uint64_t value) {
  return p.word() == 4 ? static_cast<std::uint32_t>(value) : value;
}

}  // namespace

bool takes_address(abi::Kind kind) { return kind_rows[static_cast<unsigned>(kind)].takes_address; }

void print(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const KindRow& row = kind_rows[static_cast<unsigned>(type.kind)];
  if (type.copy.flow == abi::Flow::none || row.takes_address) return row.print(p, type, value);
  if (!follow(p, type, value)) return;
  const unsigned size = type.copy.unit == 0 ? p.word() : type.copy.unit;
  const bool single = type.copy.count.from == abi::CountFrom::constant && type.copy.count.count == 1 && !type.copy.bounded;
  if (single) {  // a number, not an array of one: -s does not cut it
    const auto bytes = p.fetch(type.copy.flow, value, size);
    if (!bytes) return print_address(p.out, value);
    p.out.put('[');
    row.print(p, type, load_number(*bytes, abi::CType::u64));
    return p.out.put(']');
  }
  print_array(p, type.copy.flow, value, p.elements(type, value), size,
              [&](std::uint64_t, ByteSpan bytes) { row.print(p, type, load_number(bytes, abi::CType::u64)); });
}

void print_address(Out& out, std::uint64_t address) {
  if (address == 0) {
    out.put("NULL");
  } else {
    out.hex(address);
  }
}

bool is_lost(const CallPrinter& p, const abi::Type& type) {
  return type.copy.flow == abi::Flow::out && p.failed() && !type.copy.on_failure;
}

bool follow(CallPrinter& p, const abi::Type& type, std::uint64_t address) {
  // p.failed() is known in the exit half only, where strace shows no memory of a call that failed, be it input or output.
  const bool lost = type.copy.flow != abi::Flow::inout && p.failed() && !type.copy.on_failure;
  if (address != 0 && p.verbose() && !lost) return true;
  print_address(p.out, address);
  return false;
}

void print_array_end(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::size_t size) {
  p.out.put("...");
  if (p.fetch_run(flow, address, size).cut_by_limit) return;
  p.out.put(" /* ");
  print_address(p.out, address);
  p.out.put(" */");
}

void print_i32(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.signed_decimal(static_cast<std::int32_t>(value)); }
void print_u32(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.decimal(static_cast<std::uint32_t>(value)); }
void print_i64(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.signed_decimal(static_cast<std::int64_t>(value)); }
void print_u64(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.decimal(value); }
void print_word(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.decimal(word_of(p, value)); }
void print_sword(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.signed_decimal(p.word() == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value));
}
void print_hex32(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.hex(static_cast<std::uint32_t>(value)); }
void print_hex64(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.hex(value); }
void print_hex_word(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.hex(word_of(p, value)); }
void print_oct32(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.octal(static_cast<std::uint32_t>(value)); }
void print_pointer(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_address(p.out, word_of(p, value)); }


}  // namespace sysreel::text
