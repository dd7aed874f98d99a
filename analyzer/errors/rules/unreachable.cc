// ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: nothing comes back from the peer.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_unreachable(const Scene& scene, ErrorGroup& group) {
  if (group.error == abi::errno_of("ETIMEDOUT") && scene.call.duration.value > 0) {
    group.facts.push_back(fmt::format("the call waited {} for it", span_text(scene.call.duration)));
  }
}

std::string next_unreachable(const ErrorGroup& group) {
  if (group.error == abi::errno_of("ENETUNREACH")) return "this host has no route to that address: see ip route; an IPv6 address without IPv6 is common";
  if (group.error == abi::errno_of("EHOSTUNREACH")) return "a router or the peer's network answered that the host is not there: see ip route, ip neigh, the firewall";
  return "packets are dropped on the way (a firewall, a wrong address) or the peer is down: try the address by hand";
}

}  // namespace sysreel::errors
