#include "analyzer/text/excerpt.h"

#include "format/event_columns.h"

namespace sysreel::text {
namespace {

Nanos beginning(const Call& call) { return call.start; }
template <typename Event>
Nanos beginning(const Event& event) {
  return time_of(event);
}

// What is left of an event outside of the excerpt.
void hand_on_unseen(EventSink& sink, const Call& call) {
  if (call.has(call_in_flight)) return;
  Call hidden = call;
  hidden.flags |= call_hidden;
  sink.on(hidden);
}
void hand_on_unseen(EventSink& sink, const TaskExit& exit) { sink.on(TaskDetach{exit.pid, exit.tid, exit.time}); }
void hand_on_unseen(EventSink&, const Signal&) {}
void hand_on_unseen(EventSink&, const JobStop&) {}
template <typename Event>
void hand_on_unseen(EventSink& sink, const Event& event) {
  sink.on(event);
}

}  // namespace

template <typename Event>
void Excerpt::take(const Event& event) {
  if (window_.touches(beginning(event), time_of(event))) {
    sink_.on(event);
  } else {
    hand_on_unseen(sink_, event);
  }
}

#define KIND(number, Event, field) template void Excerpt::take(const Event&);
SYSREEL_EVENT_KINDS(KIND)
#undef KIND

}  // namespace sysreel::text
