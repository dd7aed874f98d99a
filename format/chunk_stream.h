// Finds the chunks of a reel one after the other, passing over damage. See "Reading" in FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/frame_io.h"
#include "format/header.h"
#include "format/input_stream.h"
#include "format/messages.h"
#include "format/reel_reader.h"

namespace sysreel {

// A chunk as it stands in the file: its header is sound, the checksum of its frame is right.
struct RawChunk {
  std::uint64_t offset = 0;
  ChunkHeader header;
  Bytes frame;
};

// A stretch of the reel that could not be read.
struct Gap {
  Problem problem;
  Nanos from;
  Nanos to;
};

// Walks over the frames of one reel. Used by one thread at a time.
class ChunkStream {
 public:
  ChunkStream(UniqueFd in, std::string name);

  // Reads the preamble. Fails as ReelReader::open does.
  Result<Header> open();

  // What comes next: a chunk, a gap, or nothing at the end.
  struct Item {
    bool is_chunk = false;
    bool is_gap = false;
    Gap gap;
  };
  // Fills `chunk` if the item is one; its memory is used again. Chunks of which the index, or for the times their header,
  // proves that the filter matches nothing are passed over. Fails only if the input cannot be read.
  Result<Item> next(const ChunkFilter& filter, RawChunk& chunk);

  // Goes back to the first chunk; a pipe cannot.
  Result<void> rewind();

  const std::string& name() const { return name_; }
  std::uint64_t offset() const { return in_.offset(); }
  bool closed() const { return closed_; }
  std::uint64_t skipped() const { return skipped_; }
  // Of a closed reel in a file; empty otherwise. Read at the first call.
  const std::vector<IndexEntry>& index();

  // A sentence that names the file, the chunk and its offset.
  Problem problem(std::uint64_t sequence, std::uint64_t offset, std::uint64_t events, const std::string& what) const;

 private:
  void load_index();
  Result<std::optional<Item>> at_chunk(const ChunkHeader& header, const ChunkFilter& filter, RawChunk& chunk);
  Result<std::optional<Item>> pass_other_frame(ByteSpan ahead);
  Result<Item> resynchronise(const std::string& what);
  Result<void> jump_to_wanted(const ChunkFilter& filter);
  const IndexEntry* entry_at(std::uint64_t offset);
  Item gap(std::uint64_t offset, std::uint64_t events, const std::string& what);

  InputStream in_;
  std::string name_;
  std::uint64_t first_chunk_ = 0;
  std::vector<IndexEntry> index_;
  bool index_read_ = false;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t skipped_ = 0;
  Nanos last_time_;
  bool closed_ = false;
  bool ended_ = false;
  bool damaged_before_ = false;  // chunks missing from here on are explained by the damage
  std::string index_problem_;
};

// False only if no call or event of the chunk can match. `entry` may be null: not known.
bool may_match(const ChunkFilter& filter, const ChunkHeader& header, const IndexEntry* entry);

}  // namespace sysreel
