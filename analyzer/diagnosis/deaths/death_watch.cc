#include "analyzer/diagnosis/deaths/death_watch.h"

#include <fmt/format.h>

#include "format/abi/abi.h"

namespace sysreel {

void DeathWatch::on(const TaskExit& exit, const Scene& scene) {
  const int signal = exit.status & 0x7f;
  if (!exit.whole_process || signal == 0) return;
  if (deaths_.size() == death_limit) {
    ++more_;
    return;
  }
  const char* const name = abi::signal_name(scene.header.native_abi, signal);
  const std::string died = fmt::format("died of {}", name ? name : fmt::format("signal {}", signal));
  deaths_.push_back({.severity = Severity::error,
                     .confidence = Confidence::certain,
                     .pid = exit.pid,
                     .time = exit.time,
                     .sentence = fmt::format("{} {}", scene.name(exit.pid), died),
                     .evidence = {scene.evidence(died)}});
}

void DeathWatch::finish(const Scene&, std::vector<Finding>& findings) {
  findings = std::move(deaths_);
  if (more_ == 0) return;
  findings.push_back({.severity = Severity::note,
                      .confidence = Confidence::certain,
                      .sentence = fmt::format("{} more processes were killed by signals", more_)});
}

}  // namespace sysreel
