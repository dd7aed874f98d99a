// Reads the rings of all CPUs and the shared event buffer as one stream, ordered by time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "recorder/ebpf/bpf_object.h"

namespace sysreel {

// An event of the shared ring buffer, kept until its time has come.
struct KernelEvent {
  sr_event event;
  std::string payload;  // what follows it: the path of an exec, an sr_fault, an sr_victim
};

// Takes what the merge brings up. A record is valid until the function returns.
class RecordTaker {
 public:
  virtual ~RecordTaker() = default;
  virtual void take(const sr_record& record) = 0;
  virtual void take(const KernelEvent& event) = 0;
};

// Used by one thread, which owns the consumer side of `object`'s rings.
class RingMerge {
 public:
  explicit RingMerge(BpfObject& object) : object_(object) {}

  // Hands over, oldest first, what was written when it was called and is not younger than `until` (CLOCK_MONOTONIC ns);
  // the rest stays in the rings. A record that its CPU publishes late comes out of order rather than not at all.
  // Returns how many there were.
  std::uint64_t drain(std::uint64_t until, RecordTaker& taker);

  // Whether a ring is so full that its program would have asked for a look. It may have asked during the last one.
  bool filling() const;

 private:
  struct Cursor {
    unsigned cpu;
    std::uint64_t tail;      // position of the next record
    std::uint64_t head;      // as the snapshot found it
    std::uint64_t released;  // what the producer knows of `tail`
  };

  const sr_record& record_at(const Cursor& cursor) const;
  void take_events();
  void release(Cursor& cursor);

  BpfObject& object_;
  std::vector<Cursor> cursors_;
  std::deque<KernelEvent> events_;  // ordered by time
};

}  // namespace sysreel
