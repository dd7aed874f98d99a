// What an analysis is: a sink of events in order, and a result at the end. One pass over a reel feeds many of them.
#pragma once

#include <span>

#include "format/every_event.h"
#include "format/header.h"

namespace sysreel {

// Consumes a reel once, from the first event to the last. Used by one thread.
class Analysis : public EventSink {
 public:
  // Called once before the first event.
  virtual void begin(const Header&) {}
  // Called once after the last event; results are complete from here on.
  virtual void finish() {}
};

// Hands every event to each of several sinks, in their order. Owns none of them.
class Fanout final : public EveryEvent<Fanout> {
 public:
  explicit Fanout(std::span<EventSink* const> sinks) : sinks_(sinks) {}

 private:
  friend EveryEvent<Fanout>;
  template <typename Event>
  void take(const Event& event) {
    for (EventSink* sink : sinks_) sink->on(event);
  }

  std::span<EventSink* const> sinks_;
};

}  // namespace sysreel
