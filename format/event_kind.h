// The kinds of events as a reel numbers them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/event.h"

namespace sysreel {

// Runs over every kind of event in the order of its number, with the field of Chunk in reel.capnp that holds its columns.
// Numbers are never used again for another kind.
#define SYSREEL_EVENT_KINDS(KIND)                                                                                 \
  KIND(0, Call, calls) KIND(1, Signal, signals) KIND(2, JobStop, jobStops) KIND(3, TaskNew, newTasks)             \
  KIND(4, Exec, execs) KIND(5, TaskExit, taskExits) KIND(6, TaskDetach, taskDetaches) KIND(7, FdFact, fdFacts)    \
  KIND(8, Snapshot, snapshots) KIND(9, ClockSample, clockSamples) KIND(10, Loss, losses) KIND(11, End, ends)

template <typename Event>
inline constexpr std::uint8_t kind_of = 0;
#define KIND(number, Event, field) \
  template <>                      \
  inline constexpr std::uint8_t kind_of<Event> = number;
SYSREEL_EVENT_KINDS(KIND)
#undef KIND

inline constexpr std::size_t event_kind_count = 12;

inline constexpr const char* event_kind_fields[event_kind_count] = {
#define KIND(number, Event, field) #field,
    SYSREEL_EVENT_KINDS(KIND)
#undef KIND
};

}  // namespace sysreel
