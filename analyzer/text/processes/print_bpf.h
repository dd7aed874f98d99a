// Structures of bpf(2) that grew from release to release, so that a caller may know more or less of them than we do.
#pragma once

#include <span>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// The fields that a structure had at some time. They are shown if it is longer than `beyond` bytes: where nothing else is said,
// if it reaches into the first field that the version before did not have. The first version is always shown.
struct Version {
  std::uint8_t fields;
  std::uint8_t beyond = 0;
};

// How many fields are shown of a structure of `size` bytes.
unsigned fields_shown(const abi::Struct& layout, std::span<const Version> versions, Abi abi, std::size_t size);

// Where the last field ends: without what would align another structure behind it.
std::size_t end_of(const abi::Struct& layout, Abi abi);

// What follows the fields we know, which end at `offset`: shown with -v, hinted at otherwise, if it is not zero.
void print_extra(CallPrinter& p, ByteSpan tail, std::size_t offset);

}  // namespace sysreel::text
