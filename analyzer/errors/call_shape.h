// What the analysis of failures needs to know of a call: what it does, and which of its arguments name its object.
#pragma once

#include <cstdint>

#include "format/ids.h"

namespace sysreel::errors {

// What a call is made for, as far as it matters for what its failure means.
enum class Deed : std::uint8_t {
  other,
  look,     // asks about a path: stat, access, readlink
  open,
  make,     // makes a name: mkdir, symlink, rename
  run,      // execve
  read,     // takes data from a descriptor
  write,    // gives data to a descriptor
  wait,     // until a descriptor is ready: poll, select, epoll_wait
  connect,
  accept,
  bind,
  close,
  replace,  // dup2, dup3: closes the descriptor in its second argument
  option,   // getsockopt
  map,      // mmap, brk and kin: memory
};

// Positions of arguments, -1 where there is none. Outputs (the address that accept fills) are no objects.
struct CallShape {
  Deed deed = Deed::other;
  std::int8_t path = -1;
  std::int8_t second_path = -1;  // the new name of rename, link and symlink
  std::int8_t start = -1;        // the directory descriptor that a relative path starts from
  std::int8_t address = -1;      // sockaddr
  std::int8_t descriptor = -1;
};

// By table look-up; calls without a row have an empty shape.
const CallShape& shape_of(Abi abi, SyscallNr nr);

}  // namespace sysreel::errors
