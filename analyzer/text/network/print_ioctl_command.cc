// The command of an ioctl: its name, or its parts.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {

void print_ioctl_command(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(value);
  constexpr const char* directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
  p.out.put("_IOC(");
  p.out.put(directions[command >> 30]);
  for (const std::uint32_t part : {(command >> 8) & 0xff, command & 0xff, (command >> 16) & 0x3fff}) {
    p.out.put(", ");
    p.out.hex(part);
  }
  p.out.put(')');
}

}  // namespace sysreel::text
