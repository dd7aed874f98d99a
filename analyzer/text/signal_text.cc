#include "analyzer/text/signal_text.h"

#include <array>

#include "analyzer/text/call_text.h"
#include "analyzer/text/value_printer.h"

namespace sysreel::text {

void print_signal_name(Out& out, Abi abi, int signo) {
  constexpr int first_real_time = 32, last = 64;
  if (const char* name = abi::signal_name(abi, signo)) return out.put(name);
  if (signo < first_real_time || signo > last) return out.signed_decimal(signo);
  if (signo == first_real_time) return out.put("SIGRTMIN");
  out.put("SIGRT_");
  out.signed_decimal(signo - first_real_time);
}

void print_signal(Out& out, const TextOptions& options, const Model& model, const Signal& signal) {
  if (signal.siginfo.empty()) {
    out.put("--- stopped by ");
    print_signal_name(out, signal.abi, signal.signo);
    return out.put(" ---");
  }
  out.put("--- ");
  print_signal_name(out, signal.abi, signal.signo);
  out.put(' ');
  // The printer of siginfo reads the tracee's memory: give it some that holds the structure.
  constexpr std::uint64_t address = 0x1000;
  const Block block{address, signal.siginfo, static_cast<std::uint32_t>(signal.siginfo.size()), Phase::entry, BlockEnd::whole};
  Call call;
  call.pid = signal.pid;
  call.tid = signal.tid;
  call.nr = SyscallNr{-1};
  call.blocks = {&block, 1};
  TextOptions printed = options;
  printed.verbose = abi::SyscallSet::all();
  Out comment;
  CallPrinter p(call, row_for(call), printed, model, out, comment, Half::entry);
  abi::Type type = abi::value(abi::Kind::siginfo);
  type.copy.flow = abi::Flow::in;
  print(p, type, address);
  out.put(" ---");
}

}  // namespace sysreel::text
