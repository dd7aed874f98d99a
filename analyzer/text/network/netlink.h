// What the printers of netlink messages share.
#pragma once

#include "analyzer/text/network/network.h"
#include "format/abi/netlink.h"

namespace sysreel::text {

// A range of the tracee's memory that the kernel reads or writes.
struct Range {
  abi::Flow flow;
  std::uint64_t address;
  std::uint64_t length;

  Range from(std::uint64_t offset) const { return {flow, address + offset, length - offset}; }
};

// A type whose kind reads `range`: what netlink attributes pass to the printers of kinds.
inline abi::Type ranged(abi::Type type, const Range& range) {
  type.copy = {range.flow, abi::Extent::elements, abi::Limit::record, 1, abi::times(static_cast<std::uint32_t>(range.length))};
  type.copy.on_failure = true;
  return type;
}
// The range that such a type stands for.
inline Range range_of(const abi::Type& type, std::uint64_t address) {
  return {type.copy.flow, address, type.copy.count.count};
}

// Bytes in hexadecimal, cut by -s; an address if they are not there.
void print_hex_range(CallPrinter& p, const Range& range);

// Messages and attributes follow each other alike: a header that begins with a length, a payload, and padding to four
// bytes. One prints alone, several as an array. `element(header, range)` prints the one at the beginning of `range`, which
// goes to the end of them all.
template <typename Header, typename PrintElement>
void print_chain(CallPrinter& p, Range range, PrintElement element) {
  constexpr std::uint64_t header_size = sizeof(Header);
  bool in_array = false;
  for (std::uint64_t index = 0;; ++index) {
    const auto header = range.length < header_size ? std::nullopt : p.fetch<Header>(range.flow, range.address);
    if (!header) {
      if (range.length < header_size) {
        print_hex_range(p, range);
      } else if (in_array) {
        print_array_end(p, range.flow, range.address, header_size);
      } else {
        print_address(p.out, range.address);
      }
      break;
    }
    if (p.abbreviated() && index == p.options.string_limit) {
      p.out.put("...");
      break;
    }
    const std::uint64_t stated = (header->length + std::uint64_t{3}) & ~std::uint64_t{3};
    const bool more = header->length >= header_size && range.length > stated;
    if (more && !in_array) {
      p.out.put('[');
      in_array = true;
    }
    element(*header, range);
    if (!more) break;
    p.out.put(", ");
    range = range.from(stated);
  }
  if (in_array) p.out.put(']');
}

// [0]=, [1 /* NAME */]=, [NAME]=: the place of a number in an array whose places have names.
void print_index(CallPrinter& p, const abi::Names& names, std::uint64_t index);

// Attributes: one as [{nla_len=…, nla_type=…}, value], several as an array of these.
void print_attrs(CallPrinter& p, const abi::AttrTable& table, const Range& range);

// A structure, then attributes behind a comma if there are any: the body of most messages. The first field of the
// structure has been read already or prints first on its own; where the rest is short it is "...".
void print_body(CallPrinter& p, const abi::Struct& layout, const abi::AttrTable* attrs, const Range& range);

// The body of a message of NETLINK_GENERIC. False if it is too short to be one.
bool print_generic_netlink(CallPrinter& p, unsigned message_type, const Range& range);

// The body of a message of NETLINK_SOCK_DIAG. False if it is not known.
bool print_sock_diag(CallPrinter& p, unsigned message_type, bool request, const Range& range);

}  // namespace sysreel::text
