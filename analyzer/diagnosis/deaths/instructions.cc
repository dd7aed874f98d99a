// Faults of the instruction itself, aborts, and system calls that a seccomp filter forbids.
#include <fmt/format.h>

#include <cstring>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/crash_view.h"
#include "format/abi/abi.h"

namespace sysreel::deaths {
namespace {

// Meanings of SIGFPE's and SIGILL's si_code (uapi asm-generic/siginfo.h).
std::string arithmetic_text(int code) {
  constexpr const char* texts[] = {"",
                                   "it divided an integer by zero",
                                   "an integer overflowed",
                                   "it divided by zero in floating point",
                                   "a floating-point result was too large",
                                   "a floating-point result was too small",
                                   "a floating-point result was inexact",
                                   "a floating-point operation was invalid"};
  return code > 0 && code < static_cast<int>(std::size(texts)) ? texts[code] : "an arithmetic operation failed";
}

// Whether the code at the instruction pointer begins with these bytes.
bool code_is(const CrashView& view, std::initializer_list<unsigned> bytes) {
  if (!view.fault()) return false;
  const Fault& fault = *view.fault();
  const std::uint64_t offset = fault.at(X86Register::ip) - fault.code_address;
  if (offset > fault.code.size() || fault.code.size() - offset < bytes.size()) return false;
  std::size_t at = static_cast<std::size_t>(offset);
  for (const unsigned byte : bytes) {
    if (std::to_integer<unsigned>(fault.code[at++]) != byte) return false;
  }
  return true;
}

}  // namespace

std::optional<Cause> bad_instruction(const Death& death, const Inquest&) {
  Cause cause;
  if (const auto view = CrashView::of(death, sigfpe); view && view->crash().code > 0) {
    cause.text = arithmetic_text(view->crash().code);
    return cause;
  }
  if (const auto view = CrashView::of(death, sigtrap); view && view->crash().code > 0) {
    cause.text = "it ran into a breakpoint instruction, and no debugger was there";
    return cause;
  }
  const auto view = CrashView::of(death, sigill);
  if (!view || view->crash().code <= 0) return std::nullopt;
  if (code_is(*view, {0x0f, 0x0b})) {
    cause.text =
        "it reached an instruction that compilers put where code must never arrive (ud2: __builtin_trap, a failed "
        "check, missing return)";
    return cause;
  }
  cause.text = "this processor does not know the instruction";
  cause.advice = "built for a newer processor (-march=), or execution went astray";
  return cause;
}

std::optional<Cause> aborted(const Death& death, const Inquest&) {
  const auto view = CrashView::of(death, sigabrt);
  if (!view || view->crash().sender != death.pid) return std::nullopt;
  Cause cause;
  const std::string& words = death.last_words.text;
  const std::size_t first = words.find_first_not_of(' ');
  if (first == std::string::npos) {
    cause.text = "it called abort(), and wrote nothing to standard error before";
  } else {
    cause.text = fmt::format("it called abort() after it had written \"{}\"",
                             words.substr(first, words.find_last_not_of(' ') + 1 - first));
    cause.evidence.push_back({death.last_words.event, "its last words"});
  }
  return cause;
}

std::optional<Cause> seccomp_kill(const Death& death, const Inquest& inquest) {
  const auto view = CrashView::of(death, sigsys);
  if (!view || view->crash().code != 1) return std::nullopt;  // SYS_SECCOMP
  const abi::SyscallRow* const row = abi::row_of(inquest.header.native_abi, SyscallNr{view->crash().call});
  Cause cause;
  cause.text =
      fmt::format("a seccomp filter forbids the call {}", row ? row->name : std::to_string(view->crash().call));
  cause.advice = "see the container's or service's seccomp profile (SystemCallFilter=)";
  return cause;
}

}  // namespace sysreel::deaths
