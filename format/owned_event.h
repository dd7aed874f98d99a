// Keeps events beyond the call that delivers them: a sink that copies whole events, and hands them on later.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "format/every_event.h"

namespace sysreel {

using AnyEvent = std::variant<Call, Signal, JobStop, TaskNew, Exec, TaskExit, TaskDetach, FdFact, Snapshot, ClockSample,
                              Loss, End>;

// Owns deep copies of the events it was given, in their order. The copies live in one arena and die together, with
// clear() or with the object; addresses of events change when more are added, what their spans point to does not.
class OwnedEvents final : public EveryEvent<OwnedEvents> {
 public:
  OwnedEvents() = default;
  OwnedEvents(const OwnedEvents&) = delete;
  OwnedEvents& operator=(const OwnedEvents&) = delete;

  // Delivers every kept event, oldest first. They stay here.
  void replay(EventSink& sink) const;

  const std::vector<AnyEvent>& events() const { return events_; }
  std::size_t size() const { return events_.size(); }
  bool empty() const { return events_.empty(); }

  // Forgets all events and gives their memory back.
  void clear();

 private:
  friend EveryEvent<OwnedEvents>;
  void take(const Call&);
  void take(const Signal&);
  void take(const TaskNew&);
  void take(const Exec&);
  void take(const FdFact&);
  void take(const Snapshot&);
  void take(const End&);
  template <typename Event>  // of all others: nothing in them points elsewhere
  void take(const Event& event) {
    events_.emplace_back(event);
  }

  template <typename T>
  std::span<const T> keep(std::span<const T> content);
  std::string_view keep(std::string_view text);

  std::pmr::monotonic_buffer_resource arena_;
  std::vector<AnyEvent> events_;
};

// Delivers one event to the overload of its kind.
inline void deliver(const AnyEvent& event, EventSink& sink) {
  std::visit([&sink](const auto& one) { sink.on(one); }, event);
}

}  // namespace sysreel
