// Signal numbers and wait statuses.
#include "analyzer/text/signal_text.h"
#include "analyzer/text/value_printer.h"

namespace sysreel::text {

void print_signal(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_signal_name(p.out, p.call.abi, static_cast<std::int32_t>(value)); }

void print_wait_status(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto status = static_cast<std::uint32_t>(value);
  const auto exit_code = static_cast<int>((status >> 8) & 0xff);
  const auto signo = static_cast<int>(status & 0x7f);
  Out& out = p.out;
  if (status == 0xffff) return out.put("{WIFCONTINUED(s)}");
  if ((status & 0xff) == 0x7f) {
    out.put("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
    print_signal_name(out, p.call.abi, exit_code);
    return out.put('}');
  }
  if (signo == 0) {
    out.put("{WIFEXITED(s) && WEXITSTATUS(s) == ");
    out.signed_decimal(exit_code);
    return out.put('}');
  }
  out.put("{WIFSIGNALED(s) && WTERMSIG(s) == ");
  print_signal_name(out, p.call.abi, signo);
  out.put((status & 0x80) != 0 ? " && WCOREDUMP(s)}" : "}");
}

}  // namespace sysreel::text
