// Netlink messages: a header, a body by the protocol of the socket, attributes.
#include "analyzer/text/network/network.h"

namespace sysreel::text {

void print_netlink(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length, unsigned) {
  print_bytes_at(p, flow, address, length);
}

}  // namespace sysreel::text
