// Appends events to a reel and cuts it into chunks. See FORMAT.md for the layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "format/every_event.h"
#include "format/header.h"
#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel {

// When a chunk is cut, and how hard it is compressed.
struct ChunkPolicy {
  std::uint32_t events = 65536;       // at most 2^19
  std::size_t bytes = 4 << 20;        // of uncompressed content
  Nanos age{1'000'000'000};           // what a killed recorder may lose
  int zstd_level = 1;
  // Of chunks that were cut by age with less than half of the events and bytes above: what comes so slowly can be pressed
  // harder. Measured on a compile job in chunks of 20,000 events: 7 % smaller, 160 ns an event more.
  int slow_zstd_level = 6;
  std::uint64_t reel_bytes = 0;       // the whole reel, index and footer included, is never longer; 0: no limit
};

// What a writer has done so far.
struct WriterTotals {
  std::uint64_t events = 0;       // handed to on()
  std::uint64_t unwritten = 0;    // of these, not in the file because writing failed (stated in the reel as LossCause::writer)
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;        // of the reel as it stands
  Nanos writing;                  // how long it waited for the output
};

// Writes one reel to a descriptor it owns, be it a file, a pipe or a socket. Used by one thread at a time.
// A reel is readable at every moment: chunks that were cut survive any later failure. A chunk that cannot be written is
// taken back (where the output can seek), counted as lost, and the next one is tried.
//
// The pump's loop: `if (writer.due(now)) { report calls in flight into it; checkpoint; writer.cut(); }`. Without that the
// writer cuts by itself when a chunk has twice the size of the policy.
class ReelWriter final : public EveryEvent<ReelWriter> {
 public:
  // Writes the preamble. Fails with the descriptor's errno.
  static Result<ReelWriter> open(UniqueFd out, const Header& header, const ChunkPolicy& policy = {});
  ReelWriter(ReelWriter&&) noexcept;
  ReelWriter& operator=(ReelWriter&&) noexcept;
  ~ReelWriter() override;  // without close() the reel stays "not closed": the current chunk and the index are missing

  // Each on() adds one event to the current chunk. Failures to write show in failure().
  // Many calls at once: nothing is allocated for one of them.
  void append(std::span<const Call> calls);

  // The current chunk has reached its size or its age (of `now`, CLOCK_MONOTONIC), so that cut() should follow, and before
  // it what belongs to the end of a chunk: the calls in flight, so that a reader knows all entries up to here. True once per
  // policy.age even when nothing happened, so that a hang is in the reel.
  bool due(Nanos now) const;

  // Declares that the events since the last call of it are a checkpoint: the state of every task, from which a reader that
  // starts at this chunk can go on. The index then points to this chunk.
  void mark_checkpoint();

  // Cuts the current chunk and writes it. With no event in it nothing is written.
  Result<void> cut(Nanos now);

  // Adds `end`, cuts the last chunk and writes index and footer. The writer is spent afterwards.
  Result<void> close(const End& end);
  // The same without an event: for a copy of a reel that has its End, or never had one.
  Result<void> finish();

  // The reel has (nearly) the length that ChunkPolicy::reel_bytes allows. What comes now is counted as lost.
  bool full() const;

  // The first failure to write, if there was one.
  const std::optional<Error>& failure() const;
  WriterTotals totals() const;

 private:
  friend EveryEvent<ReelWriter>;
  template <typename Event>
  void take(const Event& event);

  struct State;
  explicit ReelWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sysreel
