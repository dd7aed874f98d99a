// Opens a reel, be it whole, cut off or damaged, and hands out its events. See FORMAT.md for the layout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "format/chunk_view.h"
#include "format/event.h"
#include "format/header.h"
#include "format/messages.h"
#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel {

// A part of a reel that is not what it must be. Reading goes on behind it.
struct Problem {
  std::uint64_t chunk = 0;   // sequence number, counted from 0
  std::uint64_t offset = 0;  // in the file
  std::uint64_t events = 0;  // lost by it, as far as the chunk's header tells
  std::string message;       // a full sentence, naming file, chunk and offset
};

// What reading has found, complete after replay() or scan().
struct ReelSummary {
  std::uint64_t chunks = 0;          // read
  std::uint64_t skipped_chunks = 0;  // by the filter
  std::uint64_t events = 0;          // in the chunks read
  std::uint64_t unknown_events = 0;  // of kinds that this reader does not know, skipped
  std::uint64_t bytes = 0;           // read so far
  bool closed = false;               // the footer is there
};

// Which chunks are wanted. A chunk is skipped only where the index proves that nothing in it is: events that do not match
// still arrive. Chunks with anything other than calls in them are read whatever calls are wanted, unless `calls_only`.
struct ChunkFilter {
  Nanos from{INT64_MIN};  // events that end from here on
  Nanos to{INT64_MAX};    // until here. A call that ends later is in the last of these chunks, as one in flight
  std::vector<Tid> tids{};               // empty: any
  std::vector<CallKey> calls{};          // empty: any
  std::vector<std::uint16_t> errors{};   // errno values of which a call failed; empty: any
  bool failed_only = false;              // chunks in which a call failed
  bool calls_only = false;

  bool operator==(const ChunkFilter&) const = default;
};

// Reads one reel, from a file (as often as wanted) or from a pipe (once). Memory stays bounded by the chunks in work. Used by one thread, which
// scan() helps with threads of its own.
class ReelReader {
 public:
  // Opens `path` ("-": standard input) and reads its header. Errors: not_found, denied, io; damaged for what is no reel, or
  // has no readable header; unsupported for a reel of a newer major version.
  static Result<ReelReader> open(const std::string& path);
  // The same for an open descriptor; `name` is what messages call it.
  static Result<ReelReader> open(UniqueFd in, std::string name);
  ReelReader(ReelReader&&) noexcept;
  ReelReader& operator=(ReelReader&&) noexcept;
  ~ReelReader();

  const Header& header() const;

  // Delivers all events in file order, which is the order in which they were emitted: calls when they end; a damaged part as Loss{damaged}. Fails only when the input cannot be read (io).
  Result<void> replay(EventSink& sink, const ChunkFilter& filter = {});

  // Hands every wanted chunk to `visit`, on `threads` threads (1: on this one) and in no particular order; `worker` counts
  // them from 0. A visit that fails makes its chunk a problem. The view is the worker's until the visit returns.
  using Visit = std::function<Result<void>(ChunkView& chunk, unsigned worker)>;
  Result<void> scan(unsigned threads, const ChunkFilter& filter, const Visit& visit);

  // What the reel's index says; empty for a pipe and for a reel that was not closed. Read when it is first needed.
  const std::vector<IndexEntry>& index() const;

  // In order of the file.
  const std::vector<Problem>& problems() const;
  const ReelSummary& summary() const;

 private:
  struct State;
  explicit ReelReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sysreel
