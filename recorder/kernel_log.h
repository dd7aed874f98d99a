// What the kernel's log says about deaths: OOM reports, segfaults, traps.
#pragma once

#include <string>

#include "format/unique_fd.h"

namespace sysreel {

// Reads the log from the moment of its construction on. Where the log may not be read it stays silent. Used by one
// thread.
class KernelLog {
 public:
  explicit KernelLog(const char* path = "/dev/kmsg");

  // The lines that have come since the last call and concern a death, as /dev/kmsg has them:
  // "priority,sequence,µs,flags;text".
  std::string news();

 private:
  UniqueFd log_;
};

}  // namespace sysreel
