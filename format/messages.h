// The messages of a reel that are no chunks: its header and its index, to and from Cap'n Proto.
#pragma once

#include <cstdint>
#include <vector>

#include "format/chunk_view.h"
#include "format/event.h"
#include "format/frame_io.h"
#include "format/header.h"
#include "format/result.h"

namespace sysreel {

// What the index says about one chunk.
struct IndexEntry {
  std::uint64_t offset = 0;  // of the chunk's header frame
  Nanos first_time;  // the earliest start
  Nanos first_end;   // the earliest end
  Nanos last_time;   // the latest end
  std::uint32_t events = 0;
  std::uint64_t lost = 0;
  bool checkpoint = false;
  bool others = false;               // it has events that are no calls
  std::vector<Tid> tids;             // ascending, of all its events
  std::vector<CallKey> calls;        // ascending by ABI and number
  std::vector<std::uint16_t> errors; // errno values of its calls, ascending
};

Bytes encode_header(const Header& header);
Result<Header> decode_header(ByteSpan message);


Bytes encode_index(const std::vector<IndexEntry>& entries);
Result<std::vector<IndexEntry>> decode_index(ByteSpan message);

}  // namespace sysreel
