// Arguments of socket(2): type and protocol.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// Protocols of a family, nullptr where they have no names.
const abi::Names* protocols_of(std::uint64_t family) {
  switch (static_cast<std::uint32_t>(family)) {
    case 2:
    case 10: return &abi::inet_protocols;
    case 3: return &abi::ax25_protocols;
    case 16: return &abi::netlink_protocols;
    case 23: return &abi::irda_protocols;
    case 29: return &abi::can_protocols;
    case 31: return &abi::bluetooth_protocols;
    case 33: return &abi::address_families;
    case 34: return &abi::isdn_protocols;
    case 35: return &abi::phonet_protocols;
    case 37: return &abi::caif_protocols;
    case 39: return &abi::nfc_socket_protocols;
    case 41: return &abi::kcm_protocols;
    case 43: return &abi::smc_protocols;
    default: return nullptr;
  }
}

}  // namespace

void print_socket_type(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t type_mask = 0xf;
  const auto bits = static_cast<std::uint32_t>(value);
  if ((bits & ~type_mask) == 0) return print_one_of(p, abi::socket_types, bits);
  // Type and flags print one after the other, each in the style of -X.
  print_one_of(p, abi::socket_types, bits & type_mask);
  p.out.put('|');
  print_flags(p, abi::socket_type_flags, bits & ~type_mask);
}

void print_socket_protocol(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t packet = 17;
  const std::uint64_t family = p.call.args[0];
  if (static_cast<std::uint32_t>(family) == packet) return print(p, abi::value(abi::Kind::ethernet_protocol), value);
  if (const abi::Names* names = protocols_of(family)) return print_one_of(p, *names, static_cast<std::uint32_t>(value));
  p.out.decimal(static_cast<std::uint32_t>(value));
}

}  // namespace sysreel::text
