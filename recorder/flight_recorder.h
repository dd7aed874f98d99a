// Keeps the last stretch of a recording in memory and writes it down when something happens.
#pragma once

#include <cstdint>
#include <deque>

#include "format/header.h"
#include "format/reel_writer.h"
#include "format/result.h"

namespace sysreel {

// How much is kept: so many bytes of reel, or so long a time.
struct FlightSpan {
  std::uint64_t bytes = 0;  // 0: by time only
  Nanos time;               // 0: by bytes only
};

// "64M" or "30s". A bare number is bytes.
Result<FlightSpan> parse_flight_span(std::string_view text);

// A recording of parts, each a whole reel in memory that begins with a checkpoint; the oldest goes when a new one comes. What
// is kept is therefore between seven and eight eighths of the span, and the memory no more than the span and one eighth.
// Used by one thread.
class FlightRecorder {
 public:
  FlightRecorder(Header header, const FlightSpan& span) : header_(std::move(header)), span_(span) {}

  // When the pump shall ask for the next part.
  std::uint64_t part_bytes() const { return span_.bytes / parts; }
  Nanos part_time() const { return {span_.time.value / parts}; }

  // Begins a part, and forgets what the span no longer covers.
  Result<ReelWriter> next();

  // Writes what is kept, up to the last chunk that was cut, as one closed reel, which ends as `end` says. Recording may go on
  // afterwards. Returns the number of events written.
  Result<std::uint64_t> dump(UniqueFd out, const End& end) const;

 private:
  static constexpr int parts = 8;

  struct Part {
    UniqueFd file;
    Nanos began;
  };

  Header header_;
  FlightSpan span_;
  std::deque<Part> parts_;
};

}  // namespace sysreel
