// SIGKILL from the kernel that is not for memory: the hard limit of CPU time, and the end of a pid namespace.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

// The SIGKILL, if the kernel sent it and the OOM killer did not.
const SentSignal* kill_by_kernel(const Death& death) {
  const SentSignal* const kill =
      death.signo() == sigkill && raw(death.oom_mark) == 0 ? death.last_sent(sigkill) : nullptr;
  return kill && kill->code == si_kernel ? kill : nullptr;
}

}  // namespace

// The kernel kills a process by its own timer tick when the hard limit is reached, a second or more after SIGXCPU.
std::optional<Cause> cpu_limit(const Death& death, const Inquest&) {
  const SentSignal* const kill = kill_by_kernel(death);
  if (!kill || kill->sender != death.pid) return std::nullopt;
  const auto limit = death.limits.find(rlimit_cpu);
  const SentSignal* const warning = death.last_sent(sigxcpu);
  const bool limited = limit != death.limits.end() && limit->second.hard != unlimited;
  if (!limited && !warning) return std::nullopt;
  Cause cause;
  cause.confidence = limited ? Confidence::certain : Confidence::probable;
  cause.text = limited ? fmt::format("it used up its CPU time, {} s (RLIMIT_CPU, hard)", limit->second.hard)
                       : "it used up its CPU time (RLIMIT_CPU)";
  if (!limited) cause.missing = "its limit of CPU time was not recorded";
  if (warning) cause.evidence.push_back(evidence_of(*warning));
  cause.evidence.push_back(evidence_of(*kill));
  cause.advice = "raise the limit (ulimit -t, LimitCPU=), or find what spins: trace-stats --sort cpu";
  return cause;
}

// When the first process of a pid namespace ends, the kernel kills all others in it: they see the dying one send.
std::optional<Cause> namespace_end(const Death& death, const Inquest& inquest) {
  const SentSignal* const kill = kill_by_kernel(death);
  if (!kill || raw(kill->sender) == 0 || kill->sender == death.pid) return std::nullopt;
  Cause cause;
  const bool ended = raw(kill->sender_ended) != 0;
  cause.confidence = ended ? Confidence::certain : Confidence::probable;
  cause.text = fmt::format(
      "{}, the first process of its pid namespace (its container's init), ended; the kernel kills what is left",
      sender_text(*kill, inquest));
  if (ended) cause.evidence.push_back({kill->sender_ended, "the end of that process"});
  if (!ended) cause.missing = "the end of that process was not recorded (-f records it)";
  cause.evidence.push_back(evidence_of(*kill));
  cause.advice = "find out why that process ended: this one is only a consequence";
  return cause;
}

}  // namespace sysreel::deaths
