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

void put_missing(CallPrinter& p, std::uint64_t address, std::uint64_t length) {
  p.out.put(" | <Cannot fetch ");
  p.out.decimal(length);
  p.out.put(length == 1 ? " byte from pid " : " bytes from pid ");
  p.out.signed_decimal(sysreel::raw(p.call.tid));
  p.out.put(" @");
  p.out.hex(address);
  p.out.put(">\n");
}

// A piece of which a byte could not be read is not shown at all, as strace reads piece by piece; of the first it says nothing.
void put_dump(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  constexpr std::uint64_t piece_bytes = 1 << 16;
  const MemoryImage::Run run = p.fetch_run(flow, address, static_cast<std::size_t>(length));
  unsigned digits = 5;
  while (digits < 16 && length > (std::uint64_t{1} << (4 * digits))) ++digits;
  for (std::uint64_t piece = 0; piece < length; piece += piece_bytes) {
    std::uint64_t end = std::min(piece + piece_bytes, length);
    if (end > run.bytes.size() && !run.cut_by_limit) {
      if (piece != 0) put_missing(p, address + piece, end - piece);
      return;
    }
    end = std::min<std::uint64_t>(end, run.bytes.size());
    for (std::uint64_t at = piece; at < end; at += row_bytes) {
      put_row(p.out, at, digits, run.bytes.subspan(at, std::min<std::uint64_t>(row_bytes, end - at)));
    }
  }
}

// The buffers of an array of iovec, as many as hold `left` bytes.
void put_vector(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t count, std::uint64_t left) {
  const unsigned word = p.word();
  if (count > UINT32_MAX || !p.fetch(abi::Flow::in, address, static_cast<std::size_t>(2 * word * count))) return;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto base = p.fetch_word(abi::Flow::in, address + 2 * i * word);
    const auto size = p.fetch_word(abi::Flow::in, address + (2 * i + 1) * word);
    if (!base || !size) return;
    const std::uint64_t length = std::min(*size, left);
    if (length == 0) return;
    left -= length;
    p.out.put(" * ");
    p.out.decimal(length);
    p.out.put(" bytes in buffer ");
    p.out.decimal(i);
    p.out.put('\n');
    put_dump(p, flow, *base, length);
  }
}

// The buffers of a msghdr (uapi linux/socket.h: name, namelen, iov, iovlen, …).
void put_message(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t left) {
  const auto vector = p.fetch_word(abi::Flow::in, address + 2 * p.word());
  const auto count = p.fetch_word(abi::Flow::in, address + 3 * p.word());
  if (vector && count) put_vector(p, flow, *vector, *count, left);
}

// An array of mmsghdr: a msghdr of seven words, then how many bytes of it were transferred.
void put_messages(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t messages) {
  const std::uint64_t length_offset = 7 * p.word(), stride = 8 * p.word();
  for (std::uint64_t i = 0; i < messages; ++i) {
    const std::uint64_t at = address + i * stride;
    const auto vector = p.fetch_word(abi::Flow::in, at + 2 * p.word());
    const auto count = p.fetch_word(abi::Flow::in, at + 3 * p.word());
    const auto length = p.output<std::uint32_t>(at + length_offset);
    if (!vector || !count || !length) return;
    p.out.put(" = ");
    p.out.decimal(*count);
    p.out.put(" buffers in vector ");
    p.out.decimal(i);
    p.out.put('\n');
    put_vector(p, flow, *vector, *count, *length);
  }
}

// --- which calls carry data, and where ---------------------------------------------------------------------------------

enum class Shape : std::uint8_t { buffer, vector, message, messages };  // argument 1, of length argument 2

struct Carrier {
  std::string_view name;
  abi::Flow flow;
  Shape shape;
};
constexpr Carrier carriers[] = {
    {"write", abi::Flow::in, Shape::buffer},          {"pwrite64", abi::Flow::in, Shape::buffer},
    {"send", abi::Flow::in, Shape::buffer},           {"sendto", abi::Flow::in, Shape::buffer},
    {"mq_timedsend", abi::Flow::in, Shape::buffer},   {"mq_timedsend_time64", abi::Flow::in, Shape::buffer},
    {"writev", abi::Flow::in, Shape::vector},         {"pwritev", abi::Flow::in, Shape::vector},
    {"pwritev2", abi::Flow::in, Shape::vector},       {"vmsplice", abi::Flow::in, Shape::vector},
    {"sendmsg", abi::Flow::in, Shape::message},       {"sendmmsg", abi::Flow::in, Shape::messages},
    {"read", abi::Flow::out, Shape::buffer},          {"pread64", abi::Flow::out, Shape::buffer},
    {"recv", abi::Flow::out, Shape::buffer},          {"recvfrom", abi::Flow::out, Shape::buffer},
    {"mq_timedreceive", abi::Flow::out, Shape::buffer}, {"mq_timedreceive_time64", abi::Flow::out, Shape::buffer},
    {"readv", abi::Flow::out, Shape::vector},         {"preadv", abi::Flow::out, Shape::vector},
    {"preadv2", abi::Flow::out, Shape::vector},       {"recvmsg", abi::Flow::out, Shape::message},
    {"recvmmsg", abi::Flow::out, Shape::messages},    {"recvmmsg_time64", abi::Flow::out, Shape::messages}};

bool asks_for_any(const NumberChoice& choice) { return choice.everything || choice.inverted || !choice.numbers.empty(); }

void put_data(CallPrinter& p, const Carrier& carrier) {
  const std::uint64_t address = p.call.args[1], length = p.call.args[2];
  const bool written = carrier.flow == abi::Flow::in;
  const auto result = static_cast<std::uint64_t>(std::max<std::int64_t>(p.call.result, 0));
  switch (carrier.shape) {
    case Shape::buffer: return put_dump(p, carrier.flow, address, written ? length : result);
    case Shape::vector: return put_vector(p, carrier.flow, address, length, written ? UINT64_MAX : result);
    case Shape::message: return put_message(p, carrier.flow, address, written ? UINT64_MAX : result);
    case Shape::messages: return put_messages(p, carrier.flow, address, result);
  }
}

}  // namespace

void print_hexdumps(CallPrinter& p) {
  const TextOptions& options = p.options;
  if (!asks_for_any(options.dump_read) && !asks_for_any(options.dump_write)) return;
  const auto fd = static_cast<std::int32_t>(p.call.args[0]);
  if (fd < 0) return;
  for (const Carrier& carrier : carriers) {
    if (carrier.name != p.row.name) continue;
    const bool written = carrier.flow == abi::Flow::in;
    if (!written && p.failed()) return;
    if ((written ? options.dump_write : options.dump_read).has(fd)) put_data(p, carrier);
    return;
  }
}

}  // namespace sysreel::text
