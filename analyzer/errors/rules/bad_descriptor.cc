// EBADF: a descriptor that was closed already, or never was one.
#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_bad_descriptor(const Scene& scene, ErrorGroup& group) {
  const int fd = scene.shape.descriptor < 0 ? -1 : static_cast<std::int32_t>(scene.call.args[static_cast<std::size_t>(scene.shape.descriptor)]);
  if (fd < 0) group.facts.push_back("the number is negative: an earlier call failed and nobody looked at its result");
}

std::string next_bad_descriptor(const ErrorGroup& group) {
  if (group.deed == Deed::close) return "the program closes a descriptor twice: with threads that closes another one's file sooner or later";
  return "find the close before it (trace-report -e trace=close,dup2): a descriptor is used after its end";
}

}  // namespace sysreel::errors
