#include "analyzer/diagnosis/deaths/crash_view.h"

#include <fmt/format.h>

namespace sysreel::deaths {

std::optional<CrashView> CrashView::of(const Death& death, int signo) {
  if (death.signo() != signo || !death.crash || death.crash->signo != signo) return std::nullopt;
  CrashView view(death);
  view.fault_ = decode_fault(death.crash->fault);
  return view;
}

std::optional<std::uint64_t> CrashView::stack_pointer() const {
  return fault_ ? std::optional(fault_->at(X86Register::sp)) : std::nullopt;
}

bool CrashView::page_fault() const {
  if (crash().code <= 0 || crash().code == si_kernel) return false;
  return trap_unknown() || (fault_->trap == x86_trap_page_fault && fault_->address == crash().address);
}

bool CrashView::fetch() const {
  if (trap_unknown()) return crash().address == crash().ip;
  return (fault_->error_code & x86_fault_fetch) != 0;
}

bool CrashView::write() const {
  return !trap_unknown() && (fault_->error_code & x86_fault_write) != 0;
}

std::string CrashView::access() const {
  if (fetch()) return "executed at";
  if (trap_unknown()) return "touched";
  return write() ? "wrote to" : "read from";
}

const Mapping* CrashView::mapping() const {
  return map_known() ? death_->map->at(address()) : nullptr;
}

Confidence CrashView::confidence(bool needs_map, const Inquest& inquest, std::string& missing) const {
  const auto add = [&missing](const std::string& what) { missing += (missing.empty() ? "" : "; ") + what; };
  if (trap_unknown()) add("the kernel's trap number and error code, which ptrace does not show");
  if (needs_map && inquest.lost_calls > 0)
    add(fmt::format("{} calls were lost, which may have changed the mappings", inquest.lost_calls));
  return missing.empty() ? Confidence::certain : Confidence::probable;
}

}  // namespace sysreel::deaths
