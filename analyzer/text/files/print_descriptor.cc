#include "analyzer/text/files/print_descriptor.h"

namespace sysreel::text {
void print_descriptor(CallPrinter& p, int fd) {
  p.out.signed_decimal(fd);
  if (p.options.decode_fds == 0) return;
  const Descriptor* descriptor = p.model.descriptor(p.call.pid, fd);
  if (!descriptor || descriptor->path.empty()) return;
  print_in_angle_brackets(p.out, p.options, descriptor->path);
}

void print_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_descriptor(p, static_cast<std::int32_t>(value)); }

void print_at_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::int32_t at_fdcwd = -100;
  const auto fd = static_cast<std::int32_t>(value);
  if (fd != at_fdcwd) return print_descriptor(p, fd);
  print_constant(p, static_cast<std::uint32_t>(fd), "AT_FDCWD");
}

}  // namespace sysreel::text
