#include "analyzer/text/files/print_descriptor.h"

namespace sysreel::text {
namespace {

// The path inside <>, with what would end it or move the terminal's cursor escaped.
void put_path(Out& out, std::string_view path) {
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' - 1 && byte <= '~' && c != '<' && c != '>' && c != '\\' && c != '"') {
      out.put(c);
    } else {
      out.put('\\');
      out.put(static_cast<char>('0' + (byte >> 6)));
      out.put(static_cast<char>('0' + ((byte >> 3) & 7)));
      out.put(static_cast<char>('0' + (byte & 7)));
    }
  }
}

}  // namespace

void print_descriptor(CallPrinter& p, int fd) {
  p.out.signed_decimal(fd);
  if (p.options.decode_fds == 0) return;
  const Descriptor* descriptor = p.model.descriptor(p.call.pid, fd);
  if (!descriptor || descriptor->path.empty()) return;
  p.out.put('<');
  put_path(p.out, descriptor->path);
  p.out.put('>');
}

void print_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_descriptor(p, static_cast<std::int32_t>(value)); }

void print_at_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::int32_t at_fdcwd = -100;
  const auto fd = static_cast<std::int32_t>(value);
  if (fd != at_fdcwd) return print_descriptor(p, fd);
  print_constant(p, static_cast<std::uint32_t>(fd), "AT_FDCWD");
}

}  // namespace sysreel::text
