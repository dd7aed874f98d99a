// Signals that another process sent: by a daemon that watches memory, through cgroup.kill, by timeout(1), by anybody
// else.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"
#include "format/abi/abi.h"

namespace sysreel::deaths {
namespace {

// The signal that ended the process, if a process sent it on purpose.
const SentSignal* kill_by_process(const Death& death) {
  const SentSignal* const sent = death.signo() != 0 ? death.last_sent(death.signo()) : nullptr;
  return sent && sent->code <= si_user ? sent : nullptr;
}

std::string_view call_name(const SentSignal& sent, const Inquest& inquest) {
  const abi::SyscallRow* const row =
      sent.sender_call ? abi::row_of(inquest.header.native_abi, *sent.sender_call) : nullptr;
  return row ? row->name : std::string_view{};
}

}  // namespace

std::optional<Cause> memory_daemon(const Death& death, const Inquest& inquest) {
  constexpr std::string_view daemons[] = {"systemd-oomd", "earlyoom", "nohang", "oomd"};
  const SentSignal* const sent = kill_by_process(death);
  if (!sent || std::find(std::begin(daemons), std::end(daemons), sent->sender_name) == std::end(daemons))
    return std::nullopt;
  Cause cause;
  cause.confidence = Confidence::probable;
  cause.text =
      fmt::format("{} killed it to free memory; this was not the kernel's OOM killer", sender_text(*sent, inquest));
  cause.missing = "the daemon is known by its name; its own log tells its reason";
  for (const SentSignal& one : death.sent) {
    if (one.sender == sent->sender) cause.evidence.push_back(evidence_of(one));
  }
  cause.details = memory_growth(death, inquest);
  cause.advice = fmt::format("see the log of {} for the threshold that was crossed", sent->sender_name);
  return cause;
}

// A write that sends SIGKILL can only be one to cgroup.kill.
std::optional<Cause> cgroup_kill(const Death& death, const Inquest& inquest) {
  const SentSignal* const sent = kill_by_process(death);
  if (!sent || sent->signo != sigkill || sent->code != si_user) return std::nullopt;
  const std::string_view call = call_name(*sent, inquest);
  if (call != "write" && call != "writev" && call != "pwrite64") return std::nullopt;
  Cause cause;
  cause.text = fmt::format("{} killed its whole control group by writing to cgroup.kill", sender_text(*sent, inquest));
  cause.evidence.push_back(evidence_of(*sent));
  cause.advice = "a service or container manager stops groups this way; see its log";
  return cause;
}

std::optional<Cause> timed_out(const Death& death, const Inquest& inquest) {
  const SentSignal* const sent = kill_by_process(death);
  if (!sent || sent->sender_name != "timeout") return std::nullopt;
  Cause cause;
  if (sent->sender == death.pid) {
    cause.severity = Severity::note;
    cause.text = "it ends as the command ended whose time was up, by sending itself the same signal";
    cause.evidence.push_back(evidence_of(*sent));
    return cause;
  }
  cause.text =
      fmt::format("its time was up: {} sent {}", sender_text(*sent, inquest), signal_text(sent->signo, inquest));
  cause.evidence.push_back(evidence_of(*sent));
  cause.advice = "see what it was busy with or waited for when it was killed: the last lines of trace-report -p " +
                 std::to_string(raw(death.pid));
  return cause;
}

std::optional<Cause> killed_by_process(const Death& death, const Inquest& inquest) {
  const SentSignal* const sent = kill_by_process(death);
  if (!sent) return std::nullopt;
  Cause cause;
  const std::string_view call = call_name(*sent, inquest);
  const bool itself = sent->sender == death.pid;
  cause.text = itself ? "it sent the signal to itself" : fmt::format("{} sent the signal", sender_text(*sent, inquest));
  if (!call.empty()) cause.text += fmt::format(" by {}", call);
  cause.evidence.push_back(evidence_of(*sent));
  const bool asks_politely = death.signo() != sigkill && death.signo() != sigsegv && death.signo() != sigbus;
  if (asks_politely) cause.severity = Severity::note;
  if (death.signo() == sigkill && !itself) cause.advice = "not for memory: the kernel's OOM killer did not choose it";
  if (!asks_politely && death.signo() != sigkill)
    cause.advice = "no instruction of the program caused this; its code is not to blame";
  return cause;
}

}  // namespace sysreel::deaths
