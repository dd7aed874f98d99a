// Calls of a reel in the order in which they began and ended, so that lines interrupt each other as they did live.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analyzer/analysis.h"
#include "format/owned_event.h"

namespace sysreel::text {

// A reel tells of a call when it ended. This adaptor keeps the events of one chunk, sorts beginnings and ends by time, and
// passes them on: a call that nothing came between as one complete Call, any other twice, as call_in_flight first. Calls
// that were in flight when the chunk was cut stand at its end, so one chunk of look-ahead is enough. Used by one thread.
class EntryOrder final : public EventSink {
 public:
  // The sink is borrowed.
  explicit EntryOrder(EventSink& sink) : sink_(sink) {}

  void on(const Call& call) override;
  void on(const Signal& event) override { keep(event, event.time); }
  void on(const JobStop& event) override { keep(event, event.time); }
  // A task that was found existed before everything that was recorded, whenever its turn to be told of came.
  void on(const TaskNew& event) override { keep(event, event.origin == TaskOrigin::attached ? Nanos{INT64_MIN} : event.time); }
  void on(const Exec& event) override { keep(event, event.time); }
  void on(const TaskExit& event) override { keep(event, event.time); }
  void on(const TaskDetach& event) override { keep(event, event.time); }
  void on(const FdFact& event) override { keep(event, event.time); }
  void on(const Snapshot& event) override { keep(event, event.time); }
  void on(const ClockSample& event) override { keep(event, event.time); }
  void on(const Loss& event) override { keep(event, event.to); }
  void on(const End& event) override { keep(event, event.time); }

  // Passes on what was kept: to be called at the end of each chunk.
  void flush();

 private:
  // The beginning of a kept call, or a whole event (of a call, its end).
  struct Item {
    std::int64_t time;
    std::uint32_t event;  // position among the kept events
    bool begins;
  };

  template <typename Event>
  void keep(const Event& event, Nanos time) {
    add(time.value, false);
    events_.on(event);
  }
  void add(std::int64_t time, bool begins);
  void pass_on(const Item& item, const Item* next);

  EventSink& sink_;
  OwnedEvents events_;
  std::vector<Item> items_;
  bool sorted_ = true;
  std::unordered_map<int, std::int64_t> in_flight_;  // by thread: start of the call that has been passed on as such
};

}  // namespace sysreel::text
