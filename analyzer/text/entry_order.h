// Calls of a reel in the order in which they began and ended, so that lines interrupt each other as they did live.
#pragma once

#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "format/every_event.h"
#include "format/owned_event.h"

namespace sysreel::text {

// A reel tells of a call when it ended. This adaptor keeps the events of one chunk, sorts beginnings and ends by time, and
// passes them on: a call that nothing came between as one complete Call, any other twice, as call_in_flight first. Calls
// that were in flight when the chunk was cut stand at its end, so one chunk of look-ahead is enough. Used by one thread.
class EntryOrder final : public EveryEvent<EntryOrder> {
 public:
  // The sink is borrowed.
  explicit EntryOrder(EventSink& sink) : sink_(sink) {}

  // Passes on what was kept: to be called at the end of each chunk.
  void flush();

 private:
  // The beginning of a kept call, or a whole event (of a call, its end).
  struct Item {
    std::int64_t time;
    std::uint32_t event;  // position among the kept events
    bool begins;
    bool operator<(const Item& other) const {
      return std::tuple(time, event, !begins) < std::tuple(other.time, other.event, !other.begins);
    }
  };

  // Sorts what comes nearly in order.
  class Items {
   public:
    void add(const Item& item);
    // All of them in order, until the next add().
    std::vector<Item>& sorted();
    void clear() { items_.clear(); }

   private:
    std::vector<Item> items_;  // in order
    std::vector<Item> early_;  // belong far before what came before them: beginnings of long calls
  };

  friend EveryEvent<EntryOrder>;
  void take(const Call& call);
  // A task that was found existed before everything that was recorded, whenever its turn to be told of came.
  void take(const TaskNew& event) { keep(event, event.origin == TaskOrigin::attached ? Nanos{INT64_MIN} : event.time); }
  void take(const Loss& event) { keep(event, event.to); }
  template <typename Event>
  void take(const Event& event) {
    keep(event, event.time);
  }

  template <typename Event>
  void keep(const Event& event, Nanos time) {
    others_.add({time.value, next(), false});
    events_.on(event);
  }
  std::uint32_t next() const { return static_cast<std::uint32_t>(events_.size()); }
  void pass_on(const Item& item, const Item* next);
  bool note_in_flight(int tid, std::int64_t start);

  EventSink& sink_;
  OwnedEvents events_;
  Items calls_;
  Items others_;  // apart: what the recorder looks up has the time of the look, which is behind that of the calls around it
  std::unordered_map<int, std::int64_t> in_flight_;  // by thread: start of the call that has been passed on as such
  std::unordered_map<int, std::int64_t>::node_type spare_;  // of a call that has ended, for the next
};

}  // namespace sysreel::text
