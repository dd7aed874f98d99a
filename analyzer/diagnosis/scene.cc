#include <fmt/format.h>

#include "analyzer/diagnosis/rule.h"
#include "analyzer/text/call_line.h"
#include "analyzer/text/signal_text.h"

namespace sysreel {

std::string Scene::name(Pid pid) const {
  const std::string_view comm = model.comm(Tid{raw(pid)});
  return comm.empty() ? fmt::format("process {}", raw(pid)) : fmt::format("{} (pid {})", comm, raw(pid));
}

Evidence Scene::evidence(const Call& call) const { return {event, text::call_line(call, model)}; }

Evidence Scene::evidence(const Signal& signal) const {
  static const text::TextOptions options;
  text::Out out;
  text::print_signal(out, options, model, signal);
  return {event, std::string(out.view())};
}

}  // namespace sysreel
