// siginfo_t: what a signal says about itself. uapi asm-generic/siginfo.h.
#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/signal_text.h"
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_siginfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto number = [&](std::uint64_t offset) { return p.fetch<std::int32_t>(type.copy.flow, value + offset); };
  const auto signo = number(0), code = number(8);
  if (!signo || !code) return print_address(p.out, value);
  p.out.put("{si_signo=");
  print_signal_name(p.out, p.call.abi, *signo);
  p.out.put(", si_code=");
  print_one_of_decimal(p, abi::siginfo_codes, *code);
  const auto pid = number(16), uid = number(20);
  if (*code <= 0 && pid && uid) {
    p.out.put(", si_pid=");
    print_process_id(p, *pid);
    p.out.put(", si_uid=");
    p.out.decimal(static_cast<std::uint32_t>(*uid));
  }
  p.out.put('}');
}

}  // namespace sysreel::text
