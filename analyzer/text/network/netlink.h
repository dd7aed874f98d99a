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

// Attributes: one as [{nla_len=…, nla_type=…}, value], several as an array of these.
void print_attrs(CallPrinter& p, const abi::AttrTable& table, const Range& range);

// A structure, then attributes behind a comma if there are any: the body of most messages. The first field of the
// structure has been read already or prints first on its own; where the rest is short it is "...".
void print_body(CallPrinter& p, const abi::Struct& layout, const abi::AttrTable* attrs, const Range& range);

// The body of a message of NETLINK_SOCK_DIAG. False if it is not known.
bool print_sock_diag(CallPrinter& p, unsigned message_type, bool request, const Range& range);

}  // namespace sysreel::text
