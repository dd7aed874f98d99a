// ECONNREFUSED: nobody listens there.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_refused(const Scene& scene, ErrorGroup& group) {
  if (group.object.kind != ObjectKind::address) return;
  std::string listener;
  scene.model.for_each_descriptor([&](Pid pid, int, const Descriptor& other) {
    const std::string_view local(reinterpret_cast<const char*>(other.local.data()), other.local.size());
    if (other.kind == FdKind::socket && !local.empty() && other.peer.empty() && local == group.object.name) {
      listener = process_name(scene.model, pid, Tid{raw(pid)});
    }
  });
  group.facts.push_back(listener.empty() ? "no recorded process had a socket at this address"
                                         : listener + " has a socket at this address, which does not listen or has a full queue");
}

std::string next_refused(const ErrorGroup& group) {
  const std::string where = group.object.kind == ObjectKind::address ? group.object.text : std::string("the peer");
  return fmt::format("start the server that should listen on {}, or correct the address; a full accept queue or a firewall that "
                     "rejects looks the same",
                     where);
}

}  // namespace sysreel::errors
