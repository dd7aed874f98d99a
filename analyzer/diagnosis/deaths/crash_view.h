// A crash with its fault decoded: what the rules about crashes look at.
#pragma once

#include <optional>
#include <string>

#include "analyzer/diagnosis/deaths/death.h"
#include "format/fault.h"

namespace sysreel::deaths {

// Lives as long as the death it looks at.
class CrashView {
 public:
  // Nothing if the process did not die of a fault that it took itself.
  static std::optional<CrashView> of(const Death& death, int signo);

  const Crash& crash() const { return *death_->crash; }
  const std::optional<Fault>& fault() const { return fault_; }
  std::uint64_t address() const { return crash().address; }
  std::optional<std::uint64_t> stack_pointer() const;

  // A page fault at the address that the siginfo names. Without a trap number (ptrace) the siginfo alone must do.
  bool page_fault() const;
  bool trap_unknown() const { return !fault_ || !fault_->trap_known; }
  bool fetch() const;  // the instruction itself could not be fetched
  bool write() const;
  // "wrote to", "read from", "executed at"; "touched" where it is not known.
  std::string access() const;

  const Mapping* mapping() const;  // that holds the address, nullptr if none does, or nothing is known
  bool map_known() const { return death_->map != nullptr; }

  // The confidence of a rule that needs the trap, and the mappings if `needs_map`; adds what is missing to `missing`.
  Confidence confidence(bool needs_map, const Inquest& inquest, std::string& missing) const;

 private:
  explicit CrashView(const Death& death) : death_(&death) {}
  const Death* death_;
  std::optional<Fault> fault_;
};

// Values of uapi asm-generic/siginfo.h for SIGSEGV and SIGBUS.
inline constexpr int segv_maperr = 1, segv_accerr = 2, bus_adraln = 1, bus_adrerr = 2;

}  // namespace sysreel::deaths
