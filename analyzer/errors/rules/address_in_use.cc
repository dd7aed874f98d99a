// EADDRINUSE: who holds the address.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {
namespace {

// Whether two socket addresses collide: the same family and port, whatever the host part; the same name of a unix socket.
bool collide(std::string_view a, std::string_view b) {
  constexpr std::size_t family_and_port = 4;
  constexpr char af_unix = 1;
  if (a.size() < family_and_port || b.size() < family_and_port) return false;
  return a[0] == af_unix ? a == b : a.substr(0, family_and_port) == b.substr(0, family_and_port);
}

}  // namespace

void observe_address_in_use(const Scene& scene, ErrorGroup& group) {
  std::string holder;
  scene.model.for_each_descriptor([&](Pid pid, int fd, const Descriptor& other) {
    const std::string_view local(reinterpret_cast<const char*>(other.local.data()), other.local.size());
    const bool own = pid == scene.call.pid && fd == static_cast<std::int32_t>(scene.call.args[0]);
    if (own || other.kind != FdKind::socket || !collide(local, group.object.name)) return;
    holder = fmt::format("{} holds it as descriptor {}", process_name(scene.model, pid, Tid{raw(pid)}), fd);
  });
  group.facts.push_back(holder.empty() ? "no recorded process holds it: another one of this host does, or a connection in TIME_WAIT" : holder);
}

std::string next_address_in_use(const ErrorGroup& group) {
  return fmt::format("stop the other server (ss -ltnp shows it), choose another port than {}, or set SO_REUSEADDR where it is only TIME_WAIT",
                     group.object.text);
}

}  // namespace sysreel::errors
