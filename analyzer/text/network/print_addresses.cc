// Parts of network addresses: ports, internet and hardware addresses, interfaces.
#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <string>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

template <typename T>
ByteSpan raw_bytes(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

std::string text_of(ByteSpan address, int family) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address.data(), text.data(), text.size()) ? text.data() : "";
}

void print_at(CallPrinter& p, const abi::Type& type, std::uint64_t address, void (*print_bytes)(CallPrinter&, ByteSpan)) {
  if (!follow(p, type, address)) return;
  const auto bytes = p.fetch(type.copy.flow, address, p.elements(type, address));
  if (!bytes) return print_address(p.out, address);
  print_bytes(p, *bytes);
}

}  // namespace

void print_hex_string(CallPrinter& p, ByteSpan bytes, bool more) {
  p.out.put('"');
  for (const std::byte byte : bytes) {
    p.out.put("\\x");
    p.out.hex_digits(std::to_integer<unsigned>(byte), 2);
  }
  p.out.put(more ? "\"..." : "\"");
}

void print_raw_or(CallPrinter& p, ByteSpan raw, std::string_view text) {
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put(text);
  print_hex_string(p, raw);
  if (p.options.constants == ConstantStyle::verbose) print_note(p, text);
}

void print_hardware_address(CallPrinter& p, ByteSpan bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    const auto value = std::to_integer<unsigned>(byte);
    if (!text.empty()) text += ':';
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  print_raw_or(p, bytes, text);
}

void print_byte_array(CallPrinter& p, ByteSpan bytes, bool more) {
  p.out.put('[');
  bool first = true;
  for (const std::byte byte : bytes) {
    if (!first) p.out.put(", ");
    first = false;
    p.out.hex(std::to_integer<unsigned>(byte));
  }
  p.out.put(more ? ", ...]" : "]");
}

void print_with_note(CallPrinter& p, void (*print_names)(CallPrinter&, const abi::Names&, std::uint64_t),
                     const abi::Names& names, std::uint64_t value) {
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(value);
  TextOptions options = p.options;
  options.constants = ConstantStyle::verbose;
  CallPrinter verbose(p.call, p.row, options, p.model, p.out, p.comment, p.half);
  print_names(verbose, names, value);
}

void print_in6_addr(CallPrinter& p, ByteSpan bytes) {
  print_raw_or(p, bytes, "inet_pton(AF_INET6, \"" + text_of(bytes, AF_INET6) + "\")");
}

void print_in6_addr_field(CallPrinter& p, ByteSpan bytes, std::string_view field) {
  if (p.options.constants != ConstantStyle::abbrev) {
    p.out.put(field);
    p.out.put('=');
    return print_in6_addr(p, bytes);
  }
  p.out.put("inet_pton(AF_INET6, \"" + text_of(bytes, AF_INET6) + "\", &");
  p.out.put(field);
  p.out.put(')');
}

void print_be16(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto raw = static_cast<std::uint16_t>(value);
  print_raw_or(p, raw_bytes(raw), "htons(" + std::to_string(from_network(raw)) + ")");
}

void print_be32(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto raw = static_cast<std::uint32_t>(value);
  print_raw_or(p, raw_bytes(raw), "htonl(" + std::to_string(from_network(raw)) + ")");
}

void print_in_addr(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto raw = static_cast<std::uint32_t>(value);
  print_raw_or(p, raw_bytes(raw), "inet_addr(\"" + text_of(raw_bytes(raw), AF_INET) + "\")");
}

void print_in6_addr(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_at(p, type, value, print_in6_addr); }
void print_hardware_address(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_at(p, type, value, print_hardware_address);
}
void print_byte_array(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_at(p, type, value, [](CallPrinter& printer, ByteSpan bytes) { print_byte_array(printer, bytes); });
}
void print_hex_string(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_at(p, type, value, [](CallPrinter& printer, ByteSpan bytes) { print_hex_string(printer, bytes); });
}

void print_ethernet_protocol(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto raw = static_cast<std::uint16_t>(value);
  const std::uint16_t protocol = from_network(raw);
  const char* name = name_of(abi::ethernet_protocols, protocol);
  if (!name) {
    std::string number = "0";
    if (protocol != 0) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "%#x", protocol);
      number = hex;
    }
    return print_raw_or(p, raw_bytes(raw), "htons(" + number + " /* ETH_P_??? */)");
  }
  print_raw_or(p, raw_bytes(raw), std::string("htons(") + name + ")");
}

void print_htons_protocol(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.put("htons(");
  print_one_of(p, abi::ethernet_protocols, from_network(static_cast<std::uint16_t>(value)));
  p.out.put(')');
}

// Index 1 is the loopback interface in every network namespace; the names of others are not in the reel.
void print_ifindex(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto index = static_cast<std::uint32_t>(value);
  if (index != 1 || p.options.constants == ConstantStyle::raw) return p.out.decimal(index);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put("if_nametoindex(\"lo\")");
  p.out.decimal(index);
  print_note(p, "if_nametoindex(\"lo\")");
}

}  // namespace sysreel::text
