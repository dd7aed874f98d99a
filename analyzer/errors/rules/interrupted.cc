// EINTR and the kernel's own ERESTART…: a signal ended the call.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"
#include "format/abi/abi.h"

namespace sysreel::errors {

void observe_interrupted(const Scene& scene, ErrorGroup& group) {
  const Signal* signal = scene.knowledge.last_signal(scene.call.tid);
  if (!signal) return;
  const char* name = abi::signal_name(signal->abi, signal->signo);
  std::string fact = fmt::format("the last signal to this thread was {}", name ? name : fmt::format("signal {}", signal->signo));
  if (raw(signal->sender_pid) > 0) fact += fmt::format(", from {}", process_name(scene.model, signal->sender_pid, signal->sender_tid));
  group.facts.push_back(std::move(fact));
}

std::string next_interrupted(const ErrorGroup& group) {
  if (group.error != abi::errno_of("EINTR")) return "nothing: the kernel restarts the call by itself unless a handler without SA_RESTART ran";
  return "the caller must try again, or install its handler with SA_RESTART";
}

}  // namespace sysreel::errors
