#include "analyzer/text/hexdump.h"

#include <algorithm>

namespace sysreel::text {
namespace {

constexpr std::size_t row_bytes = 16, group_bytes = 8;

// " | 00000  68 65 6c 6c 6f                                    hello            |"
void put_row(Out& out, std::uint64_t offset, unsigned digits, ByteSpan bytes) {
  out.put(" | ");
  out.hex_digits(offset, digits);
  out.put("  ");
  for (std::size_t i = 0; i < row_bytes; ++i) {
    if (i < bytes.size()) {
      out.hex_digits(static_cast<unsigned char>(bytes[i]), 2);
    } else {
      out.put("  ");
    }
    out.put(' ');
    if ((i + 1) % group_bytes == 0) out.put(' ');
  }
  for (std::size_t i = 0; i < row_bytes; ++i) {
    const char c = i < bytes.size() ? static_cast<char>(bytes[i]) : ' ';
    out.put(c >= ' ' && c <= '~' ? c : '.');
  }
  out.put(" |\n");
}

void put_dump(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  const MemoryImage::Run run = p.fetch_run(flow, address, static_cast<std::size_t>(length));
  unsigned digits = 5;
  while (digits < 16 && length > (std::uint64_t{1} << (4 * digits))) ++digits;
  for (std::size_t at = 0; at < run.bytes.size(); at += row_bytes) {
    put_row(p.out, at, digits, run.bytes.subspan(at, std::min(row_bytes, run.bytes.size() - at)));
  }
}

}  // namespace

void print_hexdumps(CallPrinter& p) {
  const TextOptions& options = p.options;
  const bool any = options.dump_read.everything || options.dump_read.inverted || !options.dump_read.numbers.empty() ||
                   options.dump_write.everything || options.dump_write.inverted || !options.dump_write.numbers.empty();
  if (!any || p.row.args.empty() || p.row.args[0].type.kind != abi::Kind::fd) return;
  const auto fd = static_cast<std::int32_t>(p.call.args[0]);
  if (fd < 0) return;
  for (std::size_t i = 1; i < p.row.args.size(); ++i) {
    const abi::Type& type = p.row.args[i].type;
    if (type.kind != abi::Kind::bytes) continue;
    const bool written = type.copy.flow == abi::Flow::in;
    if (!written && p.failed()) continue;
    if ((written ? options.dump_write : options.dump_read).has(fd)) {
      put_dump(p, type.copy.flow, p.call.args[i], p.elements(type, p.call.args[i]));
    }
  }
}

}  // namespace sysreel::text
