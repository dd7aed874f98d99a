// fanotify(7): the class of events among the flags, and directories that are not descriptors.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_fanotify_init_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t class_mask = 0xc;
  const auto bits = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(bits);
  print_one_of(p, abi::fanotify_classes, bits & class_mask);
  if ((bits & ~class_mask) == 0) return;
  p.out.put('|');
  print_flags(p, abi::fanotify_init_flags, bits & ~class_mask);
}

void print_fanotify_dirfd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::int32_t no_fd = -1;
  if (static_cast<std::int32_t>(value) != no_fd) return print(p, abi::value(abi::Kind::at_fd), value);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put("FAN_NOFD");
  p.out.signed_decimal(no_fd);
  if (p.options.constants == ConstantStyle::verbose) print_note(p, "FAN_NOFD");
}

void print_fanotify_mask_pair(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::uint64_t low = static_cast<std::uint32_t>(value);
  print_flags(p, abi::fanotify_events, low | p.call.args[3] << 32);
}

// Printed with the low half.
void print_fanotify_mask_high(CallPrinter&, const abi::Type&, std::uint64_t) {}

}  // namespace sysreel::text
