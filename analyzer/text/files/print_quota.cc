// Commands of quotactl.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_quota_command(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(value);
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.hex(command);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  p.out.put("QCMD(");
  print_one_of(p, abi::quota_commands, command >> 8);
  p.out.put(", ");
  print_one_of(p, abi::quota_types, command & 0xff);
  p.out.put(')');
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

}  // namespace sysreel::text
