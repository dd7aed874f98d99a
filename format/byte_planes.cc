#include "format/byte_planes.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sysreel {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t side = 8;  // of a tile: bytes of a word

// Exchanges the bytes that `mask` selects in `b` with those `shift` bits higher in `a`.
void exchange(std::uint64_t& a, std::uint64_t& b, unsigned shift, std::uint64_t mask) {
  const std::uint64_t difference = (a >> shift ^ b) & mask;
  a ^= difference << shift;
  b ^= difference;
}

// A matrix of 8 × 8 bytes, in three rounds of exchanging ever smaller squares off the diagonal.
void transpose(std::array<std::uint64_t, side>& rows) {
  for (std::size_t i = 0; i < 4; ++i) exchange(rows[i], rows[i + 4], 32, 0x00000000ffffffff);
  for (std::size_t i : {0, 1, 4, 5}) exchange(rows[i], rows[i + 2], 16, 0x0000ffff0000ffff);
  for (std::size_t i : {0, 2, 4, 6}) exchange(rows[i], rows[i + 1], 8, 0x00ff00ff00ff00ff);
}

// A matrix of `height` rows of `width` bytes becomes one of `width` rows of `height` bytes.
void transpose(const std::byte* from, std::size_t height, std::size_t width, std::byte* to) {
  const std::size_t tiled_width = width / side * side;
  std::size_t top = 0;
  for (; top + side <= height; top += side) {
    for (std::size_t left = 0; left < tiled_width; left += side) {
      std::array<std::uint64_t, side> tile;
      for (std::size_t i = 0; i < side; ++i) std::memcpy(&tile[i], from + (top + i) * width + left, side);
      transpose(tile);
      for (std::size_t i = 0; i < side; ++i) std::memcpy(to + (left + i) * height + top, &tile[i], side);
    }
    for (std::size_t left = tiled_width; left < width; ++left) {
      for (std::size_t i = 0; i < side; ++i) to[left * height + top + i] = from[(top + i) * width + left];
    }
  }
  for (; top < height; ++top) {
    for (std::size_t left = 0; left < width; ++left) to[left * height + top] = from[top * width + left];
  }
}

}  // namespace

void rows_to_planes(const std::byte* rows, std::size_t count, std::size_t length, std::byte* planes) {
  transpose(rows, count, length, planes);
}

void planes_to_rows(const std::byte* planes, std::size_t count, std::size_t length, std::byte* rows) {
  transpose(planes, length, count, rows);
}

}  // namespace sysreel
