// The frames of a reel: what stands in the fixed-size ones, and how chunks are compressed. See "Frames" in FORMAT.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "format/event.h"
#include "format/result.h"

namespace sysreel {

using Bytes = std::vector<std::byte>;

inline constexpr std::uint16_t format_major_version = 5;

// Kinds of zstd skippable frames; a decompressor passes over all of them.
enum class FrameKind : std::uint32_t { preamble = 0x184D2A50, chunk_header = 0x184D2A51, index = 0x184D2A52, footer = 0x184D2A53 };

// Every skippable frame begins with its kind and the length of what follows.
inline constexpr std::size_t frame_prefix_bytes = 8;

// --- preamble and index: a Cap'n Proto message of any length, with a fixed part before it ---------------------------------

inline constexpr std::size_t preamble_fixed_bytes = 32;  // with the frame's prefix
inline constexpr std::size_t index_fixed_bytes = 32;

Bytes preamble_frame(ByteSpan message);
Bytes index_frame(ByteSpan message);

struct MessagePart {
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
  std::uint16_t major_version = 0;
};
// What the first preamble_fixed_bytes say; nothing if this is no reel.
std::optional<MessagePart> read_preamble(ByteSpan fixed);
std::optional<MessagePart> read_index(ByteSpan fixed);

// --- chunk header ---------------------------------------------------------------------------------------------------------

struct ChunkHeader {
  std::uint64_t sequence = 0;
  Nanos first_time;
  Nanos last_time;
  std::uint64_t events = 0;
  std::uint64_t lost_calls = 0;
  std::uint64_t lost_others = 0;
  std::uint32_t loss_causes = 0;     // bit by LossCause
  std::uint32_t frame_bytes = 0;     // of the zstd frame that follows
  std::uint64_t content_bytes = 0;   // decompressed
  std::uint64_t frame_checksum = 0;  // of the zstd frame
  bool checkpoint = false;           // it begins with the state of all tasks
};

inline constexpr std::size_t chunk_header_bytes = 96;  // with the frame's prefix

std::array<std::byte, chunk_header_bytes> chunk_header_frame(const ChunkHeader& header);
// Nothing if these are not the chunk_header_bytes of a sound chunk header.
std::optional<ChunkHeader> read_chunk_header(ByteSpan frame);

// --- footer ---------------------------------------------------------------------------------------------------------------

struct Footer {
  std::uint64_t index_offset = 0;
  std::uint64_t index_bytes = 0;  // of the whole index frame
  std::uint64_t chunks = 0;
  std::uint64_t events = 0;
};

inline constexpr std::size_t footer_bytes = 56;  // with the frame's prefix

std::array<std::byte, footer_bytes> footer_frame(const Footer& footer);
std::optional<Footer> read_footer(ByteSpan frame);

// --- zstd -----------------------------------------------------------------------------------------------------------------

// Compresses one frame at a time, keeping its working memory.
class Compressor {
 public:
  Compressor();
  // Valid until the next call. Fails only for want of memory. At each of `seams`, ascending offsets in the content, a new block
  // begins: what stands on its two sides has different statistics.
  Result<ByteSpan> compress(ByteSpan content, int level, std::span<const std::size_t> seams = {});

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
  Bytes frame_;
};

// Decompresses one frame at a time.
class Decompressor {
 public:
  Decompressor();
  // `frame` must be exactly one zstd frame, and `content` as long as the frame says its content is; what is not is `damaged`.
  Result<void> decompress(ByteSpan frame, std::span<std::byte> content);

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace sysreel
