// Exit statuses that look like deaths: a shell's or container runtime's 137 is the death of a child; a plain one is
// nobody's.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

constexpr int shell_base = 128;  // POSIX shells: more than this is this plus the signal's number
constexpr int last_signal = 64;

int signal_in_status(const Death& death) {
  const int signo = death.exit_code() - shell_base;
  return signo > 0 && signo <= last_signal ? signo : 0;
}

}  // namespace

std::optional<Cause> child_died(const Death& death, const Inquest& inquest) {
  const int signo = signal_in_status(death);
  if (signo == 0) return std::nullopt;
  const ReapedChild* child = nullptr;
  for (const ReapedChild& one : death.reaped) {
    if (one.signo == signo) child = &one;
  }
  if (!child) return std::nullopt;
  Cause cause;
  cause.severity = Severity::note;
  const Death* const end = inquest.death_of(child->pid);
  cause.text = fmt::format("it passes on that its child {} died of {}; it was not killed itself",
                           end ? end->name : fmt::format("process {}", raw(child->pid)), signal_text(signo, inquest));
  cause.evidence.push_back({child->event, "it waited for that child"});
  if (end) cause.evidence.push_back({end->event, "the child's death: its own finding says why"});
  if (!end) cause.missing = "why the child died: it was not recorded (-f records it)";
  return cause;
}

std::optional<Cause> plain_status(const Death& death, const Inquest& inquest) {
  const int signo = signal_in_status(death);
  if (signo == 0) return std::nullopt;
  Cause cause;
  cause.severity = Severity::note;
  cause.confidence = inquest.lost_calls == 0 ? Confidence::certain : Confidence::probable;
  if (inquest.lost_calls > 0)
    cause.missing = fmt::format("{} calls were lost: a wait for a child may be among them", inquest.lost_calls);
  cause.text = fmt::format(
      "it chose this status itself; no signal killed it, nor a child that it waited for (128 + {} would be a shell's "
      "word for {})",
      signo, signal_text(signo, inquest));
  return cause;
}

}  // namespace sysreel::deaths
