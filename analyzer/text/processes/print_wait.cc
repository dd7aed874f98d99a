// What wait4(2) and waitid(2) tell of a child.
#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// The parts of a wait status (wait(2), uapi linux/wait.h).
constexpr int core_flag = 0x80;
constexpr int continued = 0xffff;

int exit_code(int status) { return (status >> 8) & 0xff; }
int termination_signal(int status) { return status & 0x7f; }

void print_macros(CallPrinter& p, std::string_view holds, std::string_view what, int value, bool is_signal) {
  p.out.put(holds);
  p.out.put(" && ");
  p.out.put(what);
  p.out.put(" == ");
  if (is_signal) {
    print_signal_number(p, value);
  } else {
    p.out.signed_decimal(value);
  }
}

// The event of a ptrace stop stands above the status proper.
void print_ptrace_event(CallPrinter& p, unsigned status, int stop_signal) {
  constexpr int sigtrap = 5;
  const unsigned event = status >> 16;
  if (event == 0) return;
  p.out.put("|");
  if (stop_signal == sigtrap) {
    print_one_of(p, abi::ptrace_events, event);
    p.out.put("<<16");
  } else {
    p.out.hex(status & 0xffff0000u);
  }
}

void print_status(CallPrinter& p, unsigned status) {
  const int low = static_cast<int>(status & 0xffff);
  p.out.put("[{");
  if (low == continued) {
    p.out.put("WIFCONTINUED(s)");
    status &= 0xffff0000u;
  } else if ((low & 0xff) == 0x7f) {
    // Bit 7 marks the stop at a system call (PTRACE_O_TRACESYSGOOD).
    print_macros(p, "WIFSTOPPED(s)", "WSTOPSIG(s)", exit_code(low) & ~core_flag, true);
    if ((exit_code(low) & core_flag) != 0) p.out.put(" | 0x80");
  } else if (termination_signal(low) != 0) {
    print_macros(p, "WIFSIGNALED(s)", "WTERMSIG(s)", termination_signal(low), true);
    if ((low & core_flag) != 0) p.out.put(" && WCOREDUMP(s)");
  } else {
    print_macros(p, "WIFEXITED(s)", "WEXITSTATUS(s)", exit_code(low), false);
  }
  p.out.put('}');
  print_ptrace_event(p, status, exit_code(low));
  p.out.put(']');
}

// The kernel writes neither status nor usage when no child was found.
bool found_nothing(const CallPrinter& p) { return p.call.result == 0; }

}  // namespace

void print_exit_status(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_status(p, static_cast<unsigned>(value)); }

void print_wait_status(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto status = p.fetch<std::uint32_t>(type.copy.flow, value);
  if (!status || found_nothing(p)) return print_address(p.out, value);
  print_status(p, *status);
}

void print_waited_rusage(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  if (found_nothing(p)) return print_address(p.out, value);
  print_struct_at(p, abi::rusage_layout, type.copy.flow, value);
}

void print_waited_id(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t p_pid = 1, p_pgid = 2, p_pidfd = 3;
  switch (static_cast<std::uint32_t>(p.call.args[0])) {
    case p_pid: return print_tgid(p, type, value);
    case p_pgid: return print_pgid(p, type, value);
    case p_pidfd: return print_fd(p, type, value);
    default: return p.out.signed_decimal(static_cast<std::int32_t>(value));
  }
}

}  // namespace sysreel::text
