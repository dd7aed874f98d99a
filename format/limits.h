// What a reader accepts, and a writer keeps to: a reel from anywhere must not make a reader take memory or time at will.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sysreel::limits {

inline constexpr std::size_t header_bytes = 16 << 20;         // Cap'n Proto header in the preamble
inline constexpr std::size_t content_bytes = 256 << 20;       // a chunk, decompressed
inline constexpr std::size_t frame_bytes = 258 << 20;         // a chunk, compressed: zstd adds at most 1/256 and a little
inline constexpr std::size_t event_bytes = 64 << 20;          // what a single event carries
inline constexpr std::uint32_t chunk_events = 1 << 20;
inline constexpr std::size_t chunk_blocks = 1 << 24;          // of all calls, and contents
inline constexpr std::size_t index_bytes = 1 << 30;
inline constexpr int nesting = 8;                             // of Cap'n Proto structures

}  // namespace sysreel::limits
