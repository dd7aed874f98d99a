// Building blocks of everything that has network addresses in it.
#pragma once

#include <cstring>
#include <string_view>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// A little-endian number at an offset of a structure's bytes; 0 where they end before it.
template <typename T>
T number_in(ByteSpan bytes, std::size_t offset) {
  if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) return T{};
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Numbers as network byte order has them in memory, in the host's order.
constexpr std::uint16_t from_network(std::uint16_t value) { return static_cast<std::uint16_t>(value << 8 | value >> 8); }
constexpr std::uint32_t from_network(std::uint32_t value) { return __builtin_bswap32(value); }

// Writes the fields of a structure that is printed by code: {name=value, name=value}. Ends it when it goes out of scope.
class Braces {
 public:
  explicit Braces(CallPrinter& p) : p_(p) { p_.out.put('{'); }
  ~Braces() { p_.out.put('}'); }
  Braces(const Braces&) = delete;
  Braces& operator=(const Braces&) = delete;

  // ", name=" (no separator before the first); the caller prints the value.
  void name(std::string_view name) {
    next();
    p_.out.put(name);
    p_.out.put('=');
  }
  // ", ", for what has no name.
  void next() {
    if (!first_) p_.out.put(", ");
    first_ = false;
  }

 private:
  CallPrinter& p_;
  bool first_ = true;
};

// "\x01\x02": every byte in hexadecimal, whatever -x says; `more` adds "...".
void print_hex_string(CallPrinter& p, ByteSpan bytes, bool more = false);
// `text` in the style of -X for a value whose raw form is its bytes: "\x00\x50" /* htons(80) */.
void print_raw_or(CallPrinter& p, ByteSpan raw, std::string_view text);
// 01:23:45:67:89:ab
void print_hardware_address(CallPrinter& p, ByteSpan bytes);
// [0x1, 0x2]; `more` adds ", ...".
void print_byte_array(CallPrinter& p, ByteSpan bytes, bool more = false);
void print_in6_addr(CallPrinter& p, ByteSpan bytes);
// inet_pton(AF_INET6, "::1", &sin6_addr): a field without a name of its own.
void print_in6_addr_field(CallPrinter& p, ByteSpan bytes, std::string_view field);

// The number, with its name as a comment even where -X asks for names alone. `print_names`: print_one_of or print_flags.
void print_with_note(CallPrinter& p, void (*print_names)(CallPrinter&, const abi::Names&, std::uint64_t),
                     const abi::Names& names, std::uint64_t value);

// A socket address of `bytes.size()` bytes, at least the family.
void print_sockaddr(CallPrinter& p, ByteSpan bytes);
// The fields behind the family, each with its leading separator, of the families that few programs use.
// False if the family is none of them or the address is too short.
bool print_rare_sockaddr(CallPrinter& p, Braces& fields, ByteSpan bytes);
// A socket address of `length` bytes at `address`, or the address.
void print_sockaddr_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::int64_t length);

// The protocol of a netlink socket, if argument 0 of the call is known to be one.
std::optional<unsigned> netlink_protocol_of(const CallPrinter& p, int fd);
// Netlink messages in `length` bytes at `address`.
void print_netlink(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length, unsigned protocol);

}  // namespace sysreel::text
