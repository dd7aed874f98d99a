// Commands of quotactl.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// A constant inside QCMD(): by name whatever -X says.
void put_name(Out& out, const abi::Names& names, std::uint32_t value) {
  if (const char* name = name_of(names, value)) return out.put(name);
  out.hex(value);
  out.put(" /* ");
  out.put(names.unknown);
  out.put(" */");
}

}  // namespace

void print_quota_command(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(value);
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.decimal(command);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  p.out.put("QCMD(");
  put_name(p.out, abi::quota_commands, command >> 8);
  p.out.put(", ");
  put_name(p.out, abi::quota_types, command & 0xff);
  p.out.put(')');
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

}  // namespace sysreel::text
