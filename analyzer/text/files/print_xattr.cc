// Values of extended attributes.
#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/extensible.h"

namespace sysreel::text {

void print_xattr_value(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  // With a size of 0 the kernel tells the length and writes nothing.
  if (p.failed() || neighbour(p, type, 1) == 0) return print_address(p.out, value);
  print_bytes(p, type, value);
}

void print_xattr_args(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_extensible(p, type, value, [&](FieldPrinter& fields) {
    for (const char* name : {"value", "size", "flags"}) fields.print(name);
  });
}

}  // namespace sysreel::text
