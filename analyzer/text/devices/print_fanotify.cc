// fanotify(7): the class of events among the flags, and directories that are not descriptors.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_fanotify_init_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t class_mask = 0xc;
  const auto bits = static_cast<std::uint32_t>(value);
  const std::uint32_t flags = bits & ~class_mask;
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(bits);
  const bool verbose = p.options.constants == ConstantStyle::verbose;
  if (verbose) {
    p.out.hex(bits);
    p.out.put(" /* ");
  }
  const char* name = name_of(abi::fanotify_classes, bits & class_mask);
  if (name) {
    p.out.put(name);
  } else {
    p.out.hex(bits & class_mask);
    if (!verbose) print_note(p, abi::fanotify_classes.unknown);
  }
  std::uint32_t rest = flags;
  bool any = false;
  for (const abi::Name& flag : abi::fanotify_init_flags.rows) {
    if (!(rest & flag.value)) continue;
    p.out.put('|');
    p.out.put(flag.text);
    rest &= ~static_cast<std::uint32_t>(flag.value);
    any = true;
  }
  if (rest != 0) {
    p.out.put('|');
    p.out.hex(rest);
    if (!any && !verbose) print_note(p, abi::fanotify_init_flags.unknown);
  }
  if (verbose) p.out.put(" */");
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
