// A stretch of a recording: which events an analysis looks at.
#pragma once

#include "format/event.h"

namespace sysreel {

// Both ends belong to it.
struct Window {
  Nanos from{INT64_MIN};
  Nanos to{INT64_MAX};

  bool everything() const { return from.value == INT64_MIN && to.value == INT64_MAX; }
  bool contains(Nanos time) const { return from <= time && time <= to; }
  // Whether something that lasted from `start` to `end` was going on in it.
  bool touches(Nanos start, Nanos end) const { return start <= to && end >= from; }
};

}  // namespace sysreel
