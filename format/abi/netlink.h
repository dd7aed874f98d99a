// Netlink attributes: which number is called what in which family, and the type of its payload. Rows in netlink/*.def.
#pragma once

#include <cstdint>
#include <span>

#include "format/abi/types.h"

namespace sysreel::abi {

struct AttrRow {
  std::uint16_t number;
  const char* name;
  CType ctype;  // width of a number; `structure`: type.layout; anything else by the kind alone (strings, addresses, nests)
  Type type;
};

// The attributes of one nest, by number.
struct AttrTable {
  const char* unknown;  // comment behind a number without a name: "IFLA_???"
  std::span<const AttrRow> rows;
};

#define ATTRS(id, unknown, ...) extern const AttrTable id##_attrs;
#include "format/abi/netlink/all.def"
#undef ATTRS

}  // namespace sysreel::abi
