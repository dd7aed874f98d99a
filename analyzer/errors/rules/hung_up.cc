// ECONNRESET, EPIPE: the other side closed while there was still something to say.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_hung_up(const Scene& scene, ErrorGroup& group) {
  if (group.object.kind != ObjectKind::descriptor || scene.shape.descriptor < 0) return;
  if (const Traffic* traffic = scene.process.traffic_of(static_cast<std::int32_t>(scene.call.args[0]))) {
    group.facts.push_back(fmt::format("until then {} bytes were sent and {} received on it", traffic->written, traffic->read));
  }
}

std::string next_hung_up(const ErrorGroup& group) {
  if (group.error == abi::errno_of("EPIPE")) return "find out why the reader ended first: its own exit status or log says; `| head` does it on purpose";
  return "look at the peer's side at this time: it crashed, was restarted, or gave up waiting";
}

}  // namespace sysreel::errors
