// For sinks that treat events of every kind alike.
#pragma once

#include "format/event.h"
#include "format/event_kind.h"

namespace sysreel {

// Leads every event to `Derived::take(const Event&)`, which is a template or a set of overloads. Derived derives from this:
// `class Counter final : public EveryEvent<Counter>`.
template <typename Derived>
class EveryEvent : public EventSink {
 public:
#define KIND(number, Event, field) \
  void on(const Event& event) final { static_cast<Derived&>(*this).take(event); }
  SYSREEL_EVENT_KINDS(KIND)
#undef KIND
};

}  // namespace sysreel
