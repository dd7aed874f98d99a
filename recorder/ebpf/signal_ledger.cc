#include "recorder/ebpf/signal_ledger.h"

namespace sysreel {

void SignalLedger::sent(Pid pid, int signo) {
  if (signo <= 0 || static_cast<std::size_t>(signo) >= signal_count) return;
  std::uint16_t& count = pending_[raw(pid)][static_cast<std::size_t>(signo)];
  if (count < UINT16_MAX) ++count;
}

void SignalLedger::found_pending(Pid pid, std::uint64_t signals) {
  for (int signo = 1; signals != 0; ++signo, signals >>= 1) {
    if ((signals & 1) != 0) sent(pid, signo);
  }
}

void SignalLedger::delivered(Pid pid, int signo) {
  if (signo <= 0 || static_cast<std::size_t>(signo) >= signal_count) return;
  std::uint16_t& count = pending_[raw(pid)][static_cast<std::size_t>(signo)];
  if (count == 0) ++unannounced_;
  else --count;
}

}  // namespace sysreel
