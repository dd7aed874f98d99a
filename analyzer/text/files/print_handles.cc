// openat2's block, file handles, and pairs of descriptors.
#include <algorithm>

#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/files/extensible.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t o_creat = 0x40, o_tmpfile = 0x400000;
constexpr std::uint32_t max_handle_bytes = 128;

struct HandleHead {
  std::uint32_t bytes;
  std::int32_t type;
};

void put_handle_data(CallPrinter& p, ByteSpan data) {
  if (data.empty()) return;
  p.out.put("0x");
  for (const std::byte byte : data) p.out.hex_digits(static_cast<std::uint8_t>(byte), 2);
}

}  // namespace

void print_open_how(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_extensible(p, type, value, [&](FieldPrinter& fields) {
    fields.print("flags");
    const std::uint64_t mode = fields.value("mode").value_or(0);
    if (mode != 0 || (fields.value("flags").value_or(0) & (o_creat | o_tmpfile)) != 0) {
      fields.begin("mode");
      if (mode < 010) p.out.put(mode == 0 ? "00" : "0");
      p.out.octal(mode);
    }
    fields.print("resolve");
  });
}

void print_file_attr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t longest = 4096;  // the kernel takes no more than a page
  if (p.elements(type, value) > longest) return print_address(p.out, value);
  print_extensible(p, type, value, [&](FieldPrinter& fields) {
    fields.print("fa_xflags");
    fields.print("fa_extsize");
    if (type.copy.flow == abi::Flow::out) fields.print("fa_nextents");  // told, never asked for
    fields.print("fa_projid");
    fields.print("fa_cowextsize");
  });
}

void print_file_handle(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!p.verbose()) return print_address(p.out, value);
  const auto before = p.input<HandleHead>(value);
  if (value == 0 || !before) {
    const auto size = p.input<std::uint32_t>(value);
    if (value == 0 || !size || type.copy.flow == abi::Flow::in) return print_address(p.out, value);
  }
  const std::uint32_t size = p.input<std::uint32_t>(value).value_or(0);
  p.out.put("{handle_bytes=");
  p.out.decimal(size);
  const auto data_at = value + sizeof(HandleHead);
  const auto finish = [&](abi::Flow flow, const HandleHead& head) {
    p.out.put(", handle_type=");
    p.out.signed_decimal(head.type);
    p.out.put(", f_handle=");
    if (const auto data = p.fetch(flow, data_at, std::min(head.bytes, max_handle_bytes))) {
      put_handle_data(p, *data);
    } else {
      p.out.put("???");
    }
  };
  if (type.copy.flow == abi::Flow::in) {
    finish(abi::Flow::in, *before);
  } else if (const auto after = p.output<HandleHead>(value); after && (!p.failed() || p.error() == 75)) {
    if (after->bytes != size || p.failed()) {
      p.out.put(" => ");
      p.out.decimal(after->bytes);
    }
    if (!p.failed()) finish(abi::Flow::out, *after);
  }
  p.out.put('}');
}

void print_fd_pair(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  if (!p.fetch(type.copy.flow, value, 8)) return print_address(p.out, value);
  print_array(p, type.copy.flow, value, 2, sizeof(std::int32_t), [&](std::uint64_t, ByteSpan bytes) {
    std::int32_t fd = 0;
    std::memcpy(&fd, bytes.data(), sizeof fd);
    print_descriptor(p, fd);
  });
}

void print_random_bytes(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t length = p.elements(type, value);
  const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(length, p.options.string_limit));
  const auto bytes = p.fetch(type.copy.flow, value, shown);
  if (!bytes) return print_address(p.out, value);
  put_quoted_hex(p.out, *bytes);
  if (length > shown) p.out.put("...");
}

void print_bounded_string(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::size_t longest) {
  if (address == 0 || is_lost(p, type)) return print_address(p.out, address);
  const std::size_t limit = std::min<std::size_t>(longest, p.options.string_limit);
  const std::size_t wanted = std::min(longest, limit + 1);
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, address, wanted);
  const auto nul = std::find(run.bytes.begin(), run.bytes.end(), std::byte{0});
  const auto length = static_cast<std::size_t>(nul - run.bytes.begin());
  if (nul != run.bytes.end()) return print_quoted(p, run.bytes.first(length), false);
  if (run.bytes.empty() || (run.faulted && length < wanted)) return print_address(p.out, address);
  print_quoted(p, run.bytes.first(std::min(length, limit)), true);
}

void print_host_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t longest = 64;  // __NEW_UTS_LEN
  if (static_cast<std::uint32_t>(p.elements(type, value)) > longest) return print_address(p.out, value);
  print_bytes(p, type, value);
}

void print_absent(CallPrinter&, const abi::Type&, std::uint64_t) {}

void print_llseek_offset(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const std::uint64_t low = static_cast<std::uint32_t>(neighbour(p, type, 1));
  p.out.signed_decimal(static_cast<std::int64_t>(value << 32 | low));
}

void print_sendfile_offset(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const unsigned size = type.copy.unit == 0 ? p.word() : type.copy.unit;
  const auto print_number = [&](ByteSpan bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), size);
    p.out.put('[');
    p.out.decimal(number);
    p.out.put(']');
  };
  const auto before = p.memory.input(value, size);
  if (!before) return print_address(p.out, value);
  print_number(*before);
  if (p.failed() || p.call.result <= 0) return;
  const auto after = p.memory.output(value, size);
  if (!after) return;
  p.out.put(" => ");
  print_number(*after);
}

}  // namespace sysreel::text
