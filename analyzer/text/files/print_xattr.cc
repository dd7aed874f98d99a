// Values of extended attributes.
#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/extensible.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t longest_value = 65536;  // XATTR_SIZE_MAX

// A value is text more often than not: a NUL at its end does not show.
void print_value(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  if (address == 0 || length > longest_value) return print_address(p.out, address);
  const std::uint64_t limit = p.options.string_limit;
  const auto wanted = static_cast<std::size_t>(std::min(length, limit + 1));
  const MemoryImage::Run run = p.fetch_run(flow, address, wanted);
  if (run.bytes.size() < wanted && (run.faulted || run.bytes.empty())) return print_address(p.out, address);
  auto shown = static_cast<std::size_t>(std::min<std::uint64_t>({length, limit, run.bytes.size()}));
  bool more = length > shown;
  const bool ends_with_nul = shown != 0 && run.bytes[shown - 1] == std::byte{0};
  if (ends_with_nul && !prints_in_hex(p, run.bytes.first(shown))) {
    --shown;
    more = false;
  }
  print_quoted(p, run.bytes.first(shown), more);
}

}  // namespace

void print_xattr_value(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (type.copy.flow == abi::Flow::in) return print_value(p, abi::Flow::in, value, p.elements(type, value));
  // With a size of 0 the kernel tells the length and writes nothing.
  if (p.failed() || neighbour(p, type, 1) == 0) return print_address(p.out, value);
  print_value(p, abi::Flow::out, value, p.elements(type, value));
}

void print_xattr_list(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.failed() || neighbour(p, type, 1) == 0) return print_address(p.out, value);
  print_bytes(p, type, value);
}

void print_xattr_args(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_extensible(p, type, value, [&](FieldPrinter& fields) {
    const bool out = type.copy.flow == abi::Flow::out;
    const std::uint64_t size = fields.value("size").value_or(0);
    const std::uint64_t data = fields.value("value").value_or(0);
    fields.begin("value");
    if (out && (p.failed() || size == 0)) {
      print_address(p.out, data);
    } else {
      print_value(p, type.copy.flow, data, out ? static_cast<std::uint64_t>(p.call.result) : size);
    }
    fields.print("size");
    fields.print("flags");
  });
}

}  // namespace sysreel::text
