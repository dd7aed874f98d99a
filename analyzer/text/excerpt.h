// A part of a recording as text: what lies outside of it shapes the state that the text shows, and does not print.
#pragma once

#include "analyzer/window.h"
#include "format/every_event.h"

namespace sysreel::text {

// Stands before EntryOrder. Hands on what belongs to the excerpt as it is; of the rest only what changes the state, such that it
// does not show. Borrows the sink.
class Excerpt final : public EveryEvent<Excerpt> {
 public:
  // What was going on in the window.
  Excerpt(EventSink& sink, const Window& window) : sink_(sink), window_(window) {}

 private:
  friend EveryEvent<Excerpt>;
  template <typename Event>
  void take(const Event& event);

  EventSink& sink_;
  Window window_;
};

}  // namespace sysreel::text
