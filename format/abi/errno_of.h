// Error numbers by their names, from the rows of errno.def: errno_of("ENOENT") is 2, whatever host compiles it.
#pragma once

#include <string_view>

namespace sysreel::abi {

// Does not compile for a name that has no row.
consteval int errno_of(std::string_view wanted) {
  struct Row {
    int number;
    std::string_view name;
  };
  constexpr Row rows[] = {
#define ERRNO(number, name, text) {number, #name},
#include "format/abi/errno.def"
#undef ERRNO
  };
  for (const Row& row : rows) {
    if (row.name == wanted) return row.number;
  }
  throw "no such error";
}

}  // namespace sysreel::abi
