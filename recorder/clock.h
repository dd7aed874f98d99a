// The clock of the events.
#pragma once

#include <time.h>

#include "format/ids.h"

namespace sysreel {

inline Nanos read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return {now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec};
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
