// Attributes of netlink messages: their headers, nests, and the payloads that many families share.
#include <algorithm>

#include "analyzer/text/network/netlink.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t header_size = 4;
constexpr unsigned type_mask = 0x3fff, flag_nested = 0x8000, flag_byteorder = 0x4000;

struct AttrHeader {
  std::uint16_t length;
  std::uint16_t type;
};

// A table whose attributes all have one type may number families (it says what an unknown one is) or elements of a list.
const char* type_name(const abi::AttrTable& table, unsigned number) {
  if (const abi::AttrRow* row = abi::attr_of(table, number)) return row->name;
  return table.others && *table.unknown ? name_of(abi::address_families, number) : nullptr;
}

void print_attr_type(CallPrinter& p, const abi::AttrTable& table, unsigned type) {
  const auto put_flag = [&](unsigned flag, const char* name) {
    if (!(type & flag)) return;
    print_constant(p, flag, name);
    p.out.put('|');
  };
  put_flag(flag_nested, "NLA_F_NESTED");
  put_flag(flag_byteorder, "NLA_F_NET_BYTEORDER");
  const unsigned number = type & type_mask;
  if (const char* name = type_name(table, number)) return print_constant(p, number, name);
  p.out.hex(number);
  if (*table.unknown && p.options.constants != ConstantStyle::raw) print_note(p, table.unknown);
}

std::uint64_t load(ByteSpan bytes, abi::CType type) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min<std::size_t>(bytes.size(), sizeof value));
  const bool is_signed = type == abi::CType::i8 || type == abi::CType::i16 || type == abi::CType::i32;
  const unsigned shift = 64 - 8 * static_cast<unsigned>(bytes.size());
  return is_signed && shift ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift) : value;
}

// Bytes that must be there: the structure, of some only up to the end of the last field.
unsigned least_size(const abi::Struct& layout, Abi abi) {
  const bool without_padding =
      &layout == &abi::rtnl_link_ifmap_layout || &layout == &abi::tc_stats_layout || &layout == &abi::gnet_stats_basic_layout;
  if (!without_padding) return abi::size_of(layout, abi);
  const auto last = static_cast<unsigned>(layout.fields.size()) - 1;
  const abi::Field& field = layout.fields[last];
  return abi::offset_of(layout, last, abi) + abi::size_of(field.ctype, abi, field.type.layout) * field.length;
}

void print_payload(CallPrinter& p, const abi::AttrRow* row, unsigned number, const Range& range) {
  if (!row) return print_hex_range(p, range);
  abi::Type type = ranged(row->type, range);
  type.copy.count2 = abi::times(number);
  if (takes_address(type.kind)) {
    if (type.kind == abi::Kind::structure) {
      const unsigned size = least_size(*type.layout, p.call.abi);
      if (range.length < size) return print_hex_range(p, range);
      const auto bytes = p.fetch(range.flow, range.address, size);
      if (!bytes) return print_address(p.out, range.address);
      return print_struct(p, *type.layout, range.flow, range.address, *bytes);
    }
    return print(p, type, range.address);
  }
  const unsigned size = abi::size_of(row->ctype, p.call.abi);
  if (range.length < size) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, range.address, size);
  if (!bytes) return print_address(p.out, range.address);
  print(p, row->type, load(*bytes, row->ctype));
}

void print_attr(CallPrinter& p, const abi::AttrTable& table, const AttrHeader& header, const Range& range) {
  const std::uint64_t length = std::min<std::uint64_t>(header.length, range.length);
  const bool has_payload = length > header_size;
  if (has_payload) p.out.put('[');
  {
    Braces fields(p);
    fields.name("nla_len");
    p.out.decimal(header.length);
    fields.name("nla_type");
    print_attr_type(p, table, header.type);
  }
  if (!has_payload) return;
  p.out.put(", ");
  const unsigned number = header.type & type_mask;
  const abi::AttrRow* row = abi::attr_of(table, number);
  print_payload(p, row ? row : table.others, number, {range.flow, range.address + header_size, length - header_size});
  p.out.put(']');
}

// [1, 2, 3] of whole numbers; bytes where there is not even one.
template <typename T>
void print_numbers(CallPrinter& p, const abi::Type& type, std::uint64_t address, abi::Kind kind) {
  const Range range = range_of(type, address);
  if (range.length < sizeof(T)) return print_hex_range(p, range);
  print_array(p, range.flow, address, range.length / sizeof(T), sizeof(T), [&](std::uint64_t, ByteSpan bytes) {
    print(p, abi::value(kind), static_cast<std::uint64_t>(number_in<T>(bytes, 0)));
  });
}

// `base` is the value that the name of the first place has.
void put_index(CallPrinter& p, const abi::Names& names, std::uint64_t index, unsigned base) {
  const char* name = name_of(names, index + base);
  const std::string text = !name ? names.unknown : base == 0 ? std::string(name) : std::string(name) + "-" + std::to_string(base);
  const ConstantStyle style = p.options.constants;
  p.out.put('[');
  if (name && style == ConstantStyle::abbrev) {
    p.out.put(text);
  } else {
    p.out.decimal(index);
    if (style != ConstantStyle::raw) print_note(p, text);
  }
  p.out.put("]=");
}

// [[NAME]=1, …]: numbers whose places have names, `base` that of the first ("NAME-1" where it is not 0).
template <typename T>
void print_indexed(CallPrinter& p, const abi::Type& type, std::uint64_t address, abi::Kind kind, const abi::Names& names,
                   unsigned base) {
  const Range range = range_of(type, address);
  if (range.length < sizeof(T)) return print_hex_range(p, range);
  std::uint64_t index = 0;
  print_array(p, range.flow, address, range.length / sizeof(T), sizeof(T), [&](std::uint64_t, ByteSpan bytes) {
    put_index(p, names, index, base);
    print(p, abi::value(kind), static_cast<std::uint64_t>(number_in<T>(bytes, 0)));
    ++index;
  });
}

}  // namespace

void print_index(CallPrinter& p, const abi::Names& names, std::uint64_t index) { put_index(p, names, index, 0); }

void print_attrs(CallPrinter& p, const abi::AttrTable& table, const Range& range) {
  print_chain<AttrHeader>(p, range, [&](const AttrHeader& header, const Range& rest) { print_attr(p, table, header, rest); });
}

void print_netlink_attrs(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_attrs(p, *type.attrs, range_of(type, value));
}

void print_attr_bytes(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_hex_range(p, range_of(type, value)); }

void print_attr_string(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const auto bytes = p.fetch(range.flow, value, range.length);
  if (!bytes) return print_address(p.out, value);
  // Only the NUL at the end is left out; one that is amid the string shows.
  const bool terminated = !bytes->empty() && bytes->back() == std::byte{0};
  const std::size_t length = bytes->size() - (terminated ? 1 : 0);
  const std::size_t shown = std::min<std::size_t>(length, p.options.string_limit);
  print_quoted(p, bytes->first(shown), !terminated || shown < length);
}

void print_attr_hardware_address(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const auto bytes = p.fetch(range.flow, value, std::min<std::uint64_t>(range.length, 256));
  if (!bytes) return print_address(p.out, value);
  print_hardware_address(p, *bytes);
}

void print_attr_in6_addr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < 16) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, 16);
  if (!bytes) return print_address(p.out, value);
  print_in6_addr(p, *bytes);
}

void print_attr_family_address(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint8_t inet = 2, inet6 = 10;
  const Range range = range_of(type, value);
  const auto family = number_in<std::uint8_t>(p.frame.bytes, 0);
  if (family == inet6) return print_attr_in6_addr(p, type, value);
  if (family != inet || range.length < 4) return print_hex_range(p, range);
  const auto address = p.fetch<std::uint32_t>(range.flow, value);
  if (!address) return print_address(p.out, value);
  print(p, abi::value(abi::Kind::in_addr), *address);
}

void print_attr_u8_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::uint8_t>(p, type, value, abi::Kind::u32);
}
void print_attr_u16_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::uint16_t>(p, type, value, abi::Kind::u32);
}
void print_attr_u32_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::uint32_t>(p, type, value, abi::Kind::u32);
}
void print_attr_s32_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::int32_t>(p, type, value, abi::Kind::i32);
}
void print_attr_u64_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::uint64_t>(p, type, value, abi::Kind::u64);
}

void print_attr_xint(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const bool is_number = range.length == 1 || range.length == 2 || range.length == 4 || range.length == 8;
  if (!is_number) return print_hex_range(p, range);
  const auto bytes = p.fetch(range.flow, value, range.length);
  if (!bytes) return print_address(p.out, value);
  p.out.hex(load(*bytes, abi::CType::u64));
}

void print_attr_uuid(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_hex_range(p, range_of(type, value)); }

void print_attr_structures(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const unsigned size = abi::size_of(*type.layout, p.call.abi);
  if (range.length < size) return print_hex_range(p, range);
  print_array(p, range.flow, value, range.length / size, size, [&](std::uint64_t address, ByteSpan bytes) {
    print_struct(p, *type.layout, range.flow, address, bytes);
  });
}

void print_attr_structure_and_rest(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  const std::uint64_t size = abi::size_of(*type.layout, p.call.abi);
  if (range.length < size) return print_hex_range(p, range);
  print_struct_at(p, *type.layout, range.flow, value);
  if (range.length == size) return;
  p.out.put(", ");
  print_hex_range(p, range.from(size));
}

namespace {

// A number of at most 8 bytes, as many as there are.
std::optional<std::uint64_t> number_at(CallPrinter& p, const abi::Type& type, std::uint64_t address) {
  const Range range = range_of(type, address);
  if (range.length > sizeof(std::uint64_t)) {
    print_hex_range(p, range);
    return std::nullopt;
  }
  const auto bytes = p.fetch(range.flow, address, range.length);
  if (!bytes) {
    print_address(p.out, address);
    return std::nullopt;
  }
  return load(*bytes, abi::CType::u64);
}

}  // namespace

void print_attr_clock(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (const auto ticks = number_at(p, type, value)) print(p, abi::value(abi::Kind::clock_ticks), *ticks);
}

void print_attr_milliseconds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t a_second = 1000;
  const auto milliseconds = number_at(p, type, value);
  if (!milliseconds) return;
  p.out.decimal(*milliseconds);
  if (*milliseconds == 0 || p.options.constants == ConstantStyle::raw) return;
  p.out.put(" /* ");
  p.out.decimal(*milliseconds / a_second);
  p.out.put('.');
  p.out.decimal_zeros(*milliseconds % a_second, 3);
  p.out.put(" s */");
}

void print_attr_sockaddrs(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned size = 128;
  const Range range = range_of(type, value);
  if (range.length < size) return print_hex_range(p, range);
  print_array(p, range.flow, value, range.length / size, size, [&](std::uint64_t, ByteSpan bytes) { print_sockaddr(p, bytes); });
}

void print_attr_meminfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < sizeof(std::uint32_t)) return print_hex_range(p, range);
  std::uint64_t index = 0;
  print_array(p, range.flow, value, range.length / sizeof(std::uint32_t), sizeof(std::uint32_t), [&](std::uint64_t, ByteSpan bytes) {
    put_index(p, abi::sock_meminfo, index++, 0);
    p.out.decimal(number_in<std::uint32_t>(bytes, 0));
  });
}

void print_attr_x64_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_numbers<std::uint64_t>(p, type, value, abi::Kind::hex64);
}

void print_inet_conf(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_indexed<std::int32_t>(p, type, value, abi::Kind::i32, abi::inet_devconf, 1);
}
void print_inet6_conf(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_indexed<std::int32_t>(p, type, value, abi::Kind::i32, abi::inet6_devconf, 0);
}
void print_inet6_stats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_indexed<std::uint64_t>(p, type, value, abi::Kind::u64, abi::inet6_stats, 0);
}
void print_icmp6_stats(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_indexed<std::uint64_t>(p, type, value, abi::Kind::u64, abi::icmp6_stats, 0);
}

void print_htons_number(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.put("htons(");
  p.out.decimal(from_network(static_cast<std::uint16_t>(value)));
  p.out.put(')');
}
void print_htonl_number(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.put("htonl(");
  p.out.decimal(from_network(static_cast<std::uint32_t>(value)));
  p.out.put(')');
}
void print_htobe64_number(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.put("htobe64(");
  p.out.decimal(__builtin_bswap64(value));
  p.out.put(')');
}

void print_lifetime(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t infinity = ~0u;
  p.out.decimal(value);
  if (value == infinity && p.options.constants != ConstantStyle::raw) print_note(p, "INFINITY_LIFE_TIME");
}

void print_hex_zeros(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const unsigned digits = 2 * type.copy.unit;
  if (value == 0) return p.out.hex_digits(0, digits + 2);  // as printf's %#0*x
  p.out.put("0x");
  p.out.hex_digits(value, digits);
}

}  // namespace sysreel::text
