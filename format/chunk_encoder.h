// Collects the events of a chunk and turns them into one Cap'n Proto message. See "Chunk" in FORMAT.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "format/call_encoder.h"
#include "format/event.h"
#include "format/event_kind.h"
#include "format/event_rows.h"

namespace sysreel {

// What the chunk's header and the index say about a chunk.
struct ChunkFacts {
  Nanos first_time{INT64_MAX};  // of its events, the earliest start
  Nanos first_end{INT64_MAX};   // the earliest end
  Nanos last_time{INT64_MIN};   // the latest end
  std::uint64_t events = 0;
  std::uint64_t lost_calls = 0;
  std::uint64_t lost_others = 0;
  std::uint32_t loss_causes = 0;  // bit by LossCause
};

// Owns everything about the current chunk and keeps the memory for the next. Used by one thread.
class ChunkEncoder {
 public:
  ChunkEncoder();
  ChunkEncoder(const ChunkEncoder&) = delete;  // its parts point to each other
  ChunkEncoder& operator=(const ChunkEncoder&) = delete;

  template <typename Event>
  void add(const Event& event) {
    note_order(kind_of<Event>);
    if constexpr (std::same_as<Event, Call>) {
      note_time(event.start, event.end());
      rows_[kind_of<FdFact>].next_call_ends(event.end());
      calls_.add(event, tasks_.number_of(event.pid, event.tid));
    } else {
      note_time(time_of(event), time_of(event));
      if constexpr (std::same_as<Event, Loss>) note_loss(event);
      rows_[kind_of<Event>].add(event);
    }
  }

  const ChunkFacts& facts() const { return facts_; }
  const CallEncoder& calls() const { return calls_; }
  const std::vector<TaskKey>& tasks() const { return tasks_.tasks(); }
  // Uncompressed, without what Cap'n Proto adds.
  std::size_t bytes() const;

  // The message, flat; valid until the next call of this.
  ByteSpan message(std::uint64_t sequence);
  // Where in that message a large column, or what one key has of it, begins or ends, in ascending order.
  std::span<const std::size_t> seams() const { return seams_; }

  // Starts the next chunk.
  void clear();

 private:
  void note_order(std::uint8_t kind) {
    if (kind != run_kind_) begin_run(kind);
    ++run_length_;
  }
  void note_time(Nanos from, Nanos to) {
    if (facts_.events++ == 0) begin_chunk(from);
    facts_.first_time = std::min(facts_.first_time, from);
    facts_.first_end = std::min(facts_.first_end, to);
    facts_.last_time = std::max(facts_.last_time, to);
  }
  void begin_run(std::uint8_t kind);
  void begin_chunk(Nanos base_time);
  void note_loss(const Loss& loss);

  TaskTableWriter tasks_;
  StringTableWriter strings_;
  CallEncoder calls_;
  std::vector<RowWriter> rows_;  // by kind; that of calls is unused
  ColumnWriter order_;
  std::uint8_t run_kind_ = 0;
  std::uint64_t run_length_ = 0;
  Nanos base_time_;
  ChunkFacts facts_;
  std::vector<std::uint64_t> message_;  // in words, as Cap'n Proto wants them aligned
  std::vector<std::size_t> seams_;
};

}  // namespace sysreel
