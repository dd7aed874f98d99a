// Reels made for tests: events of every kind with every field set, written to memory and read back.
#pragma once

#include <string>
#include <vector>

#include "format/frame_io.h"
#include "format/owned_event.h"
#include "format/reel_reader.h"
#include "format/reel_writer.h"

namespace sysreel::test {

// Events of every kind, with fields that differ from their defaults and from each other. The same seed gives the same events.
void add_sample_events(OwnedEvents& events, unsigned seed, std::size_t count);

// One line that shows every field of an event, for comparison and for messages.
std::string to_text(const AnyEvent& event);
std::vector<std::string> to_texts(const OwnedEvents& events);

// An anonymous file with these bytes, read from its beginning.
UniqueFd file_with(ByteSpan bytes);
// All bytes of a file, whatever its position.
Bytes contents_of(int fd);

Header sample_header();

// Writes a reel whose chunks hold the given events, one chunk for each element, and returns its bytes.
Bytes reel_of(const std::vector<const OwnedEvents*>& chunks, bool closed = true);

// What comes of reading a reel.
struct Outcome {
  bool opened = false;
  Error error;                      // why it did not open, or could not be read
  std::vector<std::string> events;  // as text; Loss of damaged parts included
  std::vector<Problem> problems;
  ReelSummary summary;
};
Outcome read_reel(ByteSpan reel);
Outcome read_reel(UniqueFd in);

}  // namespace sysreel::test
