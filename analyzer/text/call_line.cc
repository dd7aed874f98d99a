#include "analyzer/text/call_line.h"

#include "analyzer/text/call_text.h"

namespace sysreel::text {

std::string call_line(const Call& call, const Model& model) {
  static const TextOptions options;
  const abi::SyscallRow& row = row_for(call);
  Out out, comment;
  print_call_name(out, call, row);
  out.put('(');
  {
    CallPrinter entry(call, row, options, model, out, comment, Half::entry);
    print_entry_half(entry);
  }
  if (call.has(call_in_flight)) {
    out.put(" <unfinished ...>");
    return std::string(out.view());
  }
  CallPrinter exit(call, row, options, model, out, comment, Half::exit);
  print_exit_half(exit);
  out.put(") = ");
  print_result(exit);
  return std::string(out.view());
}

}  // namespace sysreel::text
