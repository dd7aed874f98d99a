// Which argument is being printed, for values whose meaning depends on their neighbours.
#pragma once

#include <cstdint>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// Number of the argument whose type this is; 0 if it is not one of the row's own.
inline std::size_t argument_index(const CallPrinter& p, const abi::Type& type) {
  for (std::size_t i = 0; i < p.row.args.size(); ++i) {
    if (&p.row.args[i].type == &type) return i;
  }
  return 0;
}

// The register `distance` arguments further on (or, negative, before).
inline std::uint64_t neighbour(const CallPrinter& p, const abi::Type& type, int distance) {
  const std::size_t index = argument_index(p, type) + static_cast<std::size_t>(distance);
  return index < p.call.args.size() ? p.call.args[index] : 0;
}

// A string of which the kernel looks at `longest` bytes at most: that many show even if no NUL is among them.
void print_bounded_string(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::size_t longest);

// Runs `print`, which writes to p.out, and moves what it wrote behind what is in the call's comment.
template <typename Print>
void print_into_comment(CallPrinter& p, Print print) {
  const std::size_t begin = p.out.size();
  print();
  p.comment.put(p.out.view_from(begin));
  p.out.truncate(begin);
}

}  // namespace sysreel::text
