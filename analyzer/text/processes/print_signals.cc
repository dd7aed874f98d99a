// Signal numbers and wait statuses.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

// SIGINT, SIGRT_1 …; numbers without a name as they are.
void put_signal(CallPrinter& p, int signo) {
  constexpr int first_real_time = 32, last = 64;
  if (const char* name = abi::signal_name(p.call.abi, signo)) return p.out.put(name);
  if (signo < first_real_time || signo > last) return p.out.signed_decimal(signo);
  if (signo == first_real_time) return p.out.put("SIGRTMIN");
  p.out.put("SIGRT_");
  p.out.signed_decimal(signo - first_real_time);
}

}  // namespace

void print_signal(CallPrinter& p, const abi::Type&, std::uint64_t value) { put_signal(p, static_cast<std::int32_t>(value)); }

void print_wait_status(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto status = static_cast<std::uint32_t>(value);
  const auto exit_code = static_cast<int>((status >> 8) & 0xff);
  const auto signo = static_cast<int>(status & 0x7f);
  Out& out = p.out;
  if (status == 0xffff) return out.put("{WIFCONTINUED(s)}");
  if ((status & 0xff) == 0x7f) {
    out.put("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
    put_signal(p, exit_code);
    return out.put('}');
  }
  if (signo == 0) {
    out.put("{WIFEXITED(s) && WEXITSTATUS(s) == ");
    out.signed_decimal(exit_code);
    return out.put('}');
  }
  out.put("{WIFSIGNALED(s) && WTERMSIG(s) == ");
  put_signal(p, signo);
  out.put((status & 0x80) != 0 ? " && WCOREDUMP(s)}" : "}");
}

}  // namespace sysreel::text
