// Deaths by a signal for which no better cause was found.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {

// Signals that the kernel sends a process for what it did itself.
std::optional<Cause> own_limit(const Death& death, const Inquest&) {
  Cause cause;
  cause.severity = Severity::warning;
  switch (death.signo()) {
    case sigpipe:
      cause.text = "it wrote to a pipe or socket whose reader had gone";
      cause.severity = Severity::note;
      break;
    case sigalrm:
      cause.text = "a timer that it had set itself ran out, and it does not handle the signal";
      break;
    case sigxcpu:
      cause.text = "it used up its CPU time (RLIMIT_CPU, soft)";
      break;
    case sigxfsz:
      cause.text = "it wrote beyond the largest file it may make (RLIMIT_FSIZE)";
      break;
    default:
      return std::nullopt;
  }
  if (const SentSignal* const sent = death.last_sent(death.signo())) cause.evidence.push_back(evidence_of(*sent));
  return cause;
}

std::optional<Cause> unexplained(const Death& death, const Inquest& inquest) {
  if (death.signo() == 0) return std::nullopt;
  Cause cause;
  const SentSignal* const sent = death.last_sent(death.signo());
  cause.confidence = sent ? Confidence::probable : Confidence::possible;
  if (sent && sent->code == si_kernel) {
    cause.text = "the kernel sent the signal, and not for memory";
    cause.missing = death.signo() == sigkill
                        ? "its reason: CPU time limits, and the end of a pid namespace, are the usual ones"
                        : "its reason";
  } else if (sent) {
    cause.text = fmt::format("{} sent the signal", sender_text(*sent, inquest));
    cause.missing = "why";
  } else {
    cause.text = "who sent the signal was not seen";
    cause.missing = inquest.lost_others > 0 ? fmt::format("{} signals or task events were lost", inquest.lost_others)
                                            : "the sender: the ptrace engine does not see who sends SIGKILL";
    if (inquest.header.engine != "ptrace" && inquest.lost_others == 0) cause.missing = "the sender";
  }
  if (sent) cause.evidence.push_back(evidence_of(*sent));
  return cause;
}

}  // namespace sysreel::deaths
