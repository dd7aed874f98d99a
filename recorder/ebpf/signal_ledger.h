// Signals that were delivered although nobody saw them being sent.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "format/ids.h"

namespace sysreel {

// Follows which signals of each process are pending. The kernel (seen on Linux 6.18) now and then runs no BPF program for a
// timer's interrupt, and counts no miss: of about a thousand signals sent under a 500 µs timer one is only seen as it is
// delivered. That its sending is missing from the recording can be told from the delivery alone. Used by one thread.
class SignalLedger {
 public:
  // A signal was sent and has become pending.
  void sent(Pid pid, int signo);
  // These were pending when the recording began; bit 0: signal 1.
  void found_pending(Pid pid, std::uint64_t signals);
  // A thread of the process has taken one.
  void delivered(Pid pid, int signo);
  void forget(Pid pid) { pending_.erase(raw(pid)); }

  // Deliveries that nothing announced, since the start.
  std::uint64_t unannounced() const { return unannounced_; }

 private:
  static constexpr std::size_t signal_count = 65;
  std::unordered_map<std::int32_t, std::array<std::uint16_t, signal_count>> pending_;
  std::uint64_t unannounced_ = 0;
};

}  // namespace sysreel
