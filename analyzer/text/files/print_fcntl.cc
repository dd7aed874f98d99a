// fcntl: locks, and results that are flags.
#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "format/abi/abi.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_file_lock(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  FieldPrinter fields(p, *type.layout, type.copy.flow, value, *bytes);
  p.out.put('{');
  for (const char* name : {"l_type", "l_whence", "l_start", "l_len"}) fields.print(name);
  p.out.put('}');
}

void print_result_fd_flags(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint64_t>(result));
  if (result == 0) return;
  p.comment.put("flags ");
  print_into_comment(p, [&] { print_flags(p, abi::fd_flags, static_cast<std::uint64_t>(result)); });
}

void print_result_open_flags(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint64_t>(result));
  p.comment.put("flags ");
  print_into_comment(p, [&] { print_open_flags(p, {}, static_cast<std::uint64_t>(result)); });
}

void print_result_lease(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint64_t>(result));
  print_into_comment(p, [&] { print_one_of(p, abi::lock_types, static_cast<std::uint64_t>(result)); });
}

void print_result_seals(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint64_t>(result));
  if (result == 0) return;
  p.comment.put("seals ");
  print_into_comment(p, [&] { print_flags(p, abi::seal_flags, static_cast<std::uint64_t>(result)); });
}

}  // namespace sysreel::text
