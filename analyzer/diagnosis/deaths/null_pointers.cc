// Null pointers: used for data, called, or mistaken for one (a non-canonical address is reported as 0).
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/crash_view.h"

namespace sysreel::deaths {
namespace {

constexpr std::uint64_t near_null = 64 * 1024;  // nothing is mapped below vm.mmap_min_addr, by default as much

std::string_view way_of_access(const CrashView& view) {
  if (view.trap_unknown()) return "used";
  return view.write() ? "wrote through" : "read through";
}

}  // namespace

// The processor does not say which address it was, and the kernel reports 0: not a null pointer.
std::optional<Cause> non_canonical_address(const Death& death, const Inquest&) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || view->crash().code != si_kernel || view->address() != 0) return std::nullopt;
  const bool protection = !view->trap_unknown() && view->fault()->trap == x86_trap_general_protection;
  if (!view->trap_unknown() && !protection) return std::nullopt;
  Cause cause;
  cause.confidence = protection ? Confidence::certain : Confidence::probable;
  cause.text =
      "it used an address that no memory can have (not a null pointer: the 0 in the siginfo stands for \"unknown\")";
  if (!protection) cause.missing = "the kernel's trap number, which ptrace does not show";
  cause.details.push_back(
      "a register below holds it: a value between 0x800000000000 and 0xffff7fffffffffff; freed or overwritten pointers "
      "look like that");
  cause.advice = "look for memory used after it was freed, or overwritten: valgrind, or -fsanitize=address";
  return cause;
}

std::optional<Cause> null_call(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->crash().code != segv_maperr || view->address() >= near_null ||
      !view->fetch())
    return std::nullopt;
  Cause cause;
  cause.text = fmt::format("it called a function through a null pointer: execution went to {:#x}", view->address());
  cause.confidence = view->confidence(false, inquest, cause.missing);
  cause.advice =
      "a callback or a virtual table was never set; the caller's address is what the stack pointer points to "
      "(--crash-stack keeps it)";
  return cause;
}

std::optional<Cause> null_pointer(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsegv);
  if (!view || !view->page_fault() || view->crash().code != segv_maperr || view->address() >= near_null ||
      view->fetch())
    return std::nullopt;
  Cause cause;
  cause.text = fmt::format("it {} a null pointer", way_of_access(*view));
  if (view->address() != 0) {
    cause.text +=
        fmt::format(", {} bytes behind it: a field or element of an object that is not there", view->address());
  }
  cause.confidence = view->confidence(false, inquest, cause.missing);
  return cause;
}

}  // namespace sysreel::deaths
