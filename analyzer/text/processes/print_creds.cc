// Credentials: lists of groups, capabilities.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t version_1 = 0x19980330, version_2 = 0x20071026, version_3 = 0x20080522;
constexpr int groups_max = 65536;  // NGROUPS_MAX, uapi linux/limits.h

void print_id16(CallPrinter& p, std::uint64_t value) {
  const auto id = static_cast<std::uint16_t>(value);
  if (id == 0xffff) return p.out.put("-1");
  p.out.decimal(id);
}

// 1<<CAP_KILL|1<<CAP_SETUID; bits without a name as one number.
void print_capability_bits(CallPrinter& p, std::uint64_t bits) {
  if (bits == 0) return p.out.put('0');
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(bits);
  const bool both = p.options.constants == ConstantStyle::verbose;
  if (both) {
    p.out.hex(bits);
    p.out.put(" /* ");
  }
  bool first = true;
  for (const abi::Name& name : abi::capabilities.rows) {
    const std::uint64_t bit = std::uint64_t{1} << name.value;
    if ((bits & bit) == 0) continue;
    if (!first) p.out.put('|');
    first = false;
    p.out.put("1<<");
    p.out.put(name.text);
    bits &= ~bit;
  }
  if (bits != 0) {
    if (!first) p.out.put('|');
    p.out.hex(bits);
  }
  if (both) p.out.put(" */");
}

}  // namespace

void print_uid16(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id16(p, value); }
void print_gid16(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id16(p, value); }

void print_id_list(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto room = static_cast<std::int32_t>(p.call.args[0]);
  const bool output = type.copy.flow == abi::Flow::out;
  if (!output && room == 0 && value != 0) return p.out.put("[]");
  if (room < 0 || room > groups_max) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const unsigned size = type.copy.unit;
  print_array(p, type.copy.flow, value, p.elements(type, value), size, [&](std::uint64_t, ByteSpan bytes) {
    std::uint32_t id = 0;
    std::memcpy(&id, bytes.data(), size);
    if (size == 2) return print_id16(p, id);
    print_gid(p, type, id);
  });
}

void print_capability_header(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, abi::capability_header_layout, type.copy.flow, value);
}

// One or two struct __user_cap_data_struct, low and high bits, as the header's version says.
void print_capability_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::size_t set_bytes = 12;
  const auto version = p.input<std::uint32_t>(p.call.args[0]);
  const bool wide = version == version_2 || version == version_3;
  const auto bytes = p.fetch(type.copy.flow, value, wide ? 2 * set_bytes : set_bytes);
  if (!bytes) return print_address(p.out, value);
  const auto bits = [&](unsigned word) {
    std::uint32_t low = 0, high = 0;
    std::memcpy(&low, bytes->data() + 4 * word, sizeof low);
    if (wide) std::memcpy(&high, bytes->data() + set_bytes + 4 * word, sizeof high);
    return std::uint64_t{high} << 32 | low;
  };
  p.out.put("{effective=");
  print_capability_bits(p, bits(0));
  p.out.put(", permitted=");
  print_capability_bits(p, bits(1));
  p.out.put(", inheritable=");
  print_capability_bits(p, bits(2));
  p.out.put('}');
}

}  // namespace sysreel::text
