// The clock of the events.
#pragma once

#include <time.h>

#include "format/ids.h"

namespace sysreel {

// By how much CLOCK_MONOTONIC of this process's time namespace is ahead of the machine's.
Nanos time_namespace_offset();

// CLOCK_MONOTONIC is the machine's, whatever time namespace this process is in: so are the times that the kernel's programs give.
inline Nanos read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  const Nanos read{now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec};
  return id == CLOCK_MONOTONIC ? read - time_namespace_offset() : read;
}

// CLOCK_MONOTONIC, made strictly increasing: no two events bear the same time.
class EventClock {
 public:
  Nanos now() {
    const Nanos read = read_clock(CLOCK_MONOTONIC);
    last_ = read > last_ ? read : last_ + Nanos{1};
    return last_;
  }

 private:
  Nanos last_;
};

}  // namespace sysreel
