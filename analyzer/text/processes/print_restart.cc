// restart_syscall(2): which call it resumes is not in its arguments but in what happened before.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {

void call_restart_syscall(CallPrinter& p, Half half) {
  if (half == Half::exit) return;
  const abi::SyscallRow* row = p.model.interrupted_call(p.call.tid);
  p.out.put("<... resuming interrupted ");
  p.out.put(row ? std::string_view(row->name) : std::string_view("system call"));
  p.out.put(" ...>");
}

}  // namespace sysreel::text
