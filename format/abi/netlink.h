// Netlink: the bodies of messages and their attributes. Which number is called what in which family, and the type of its
// payload. Rows in netlink/*.def.
#pragma once

#include <cstdint>
#include <span>

#include "format/abi/types.h"

namespace sysreel::abi {

// One attribute. Its payload is a number as wide as `ctype`; a structure for CType::structure; or whatever its kind reads
// at the payload's address, with the payload's length as the type's constant count.
struct AttrRow {
  std::uint16_t number;
  const char* name;
  CType ctype;
  Type type;
};

// The attributes of one nest, by number. `others` is what attributes without a row are, nullptr: bytes.
struct AttrTable {
  const char* unknown;  // comment behind a number without a name: "IFLA_???"
  std::span<const AttrRow> rows;
  const AttrRow* others;
};

#define ATTRS(id, unknown, ...) extern const AttrTable id##_attrs;
#include "format/abi/netlink/all.def"
#undef ATTRS

// Row of an attribute, nullptr if it has none (then see AttrTable::others).
const AttrRow* attr_of(const AttrTable& table, unsigned number);

// What follows the header of a message of rtnetlink: a structure that begins with the address family, then attributes.
struct NetlinkBody {
  std::uint16_t first, last;  // message types
  const Struct* layout;
  const AttrTable* attrs;     // nullptr: none
};

// Body of a message of NETLINK_ROUTE, nullptr if it is not known.
const NetlinkBody* route_body_of(unsigned message_type);

}  // namespace sysreel::abi
