// One column of numbers as bytes: LEB128 varints, zigzag for signed ones; a column of zeros is stored as no bytes at all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "format/event.h"

namespace sysreel {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

// Differences wrap around, so that any two 64-bit values have one.
constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// Grows as values are added; keeps its memory over clear().
class ColumnWriter {
 public:
  void put_byte(std::uint8_t value) {
    if (at_ >= roomy_) grow(1);
    seen_ |= value;
    *at_++ = static_cast<std::byte>(value);
  }

  void put(std::uint64_t value) {
    if (at_ >= roomy_) grow(1);
    seen_ |= value;
    while (value >= 0x80) {
      *at_++ = static_cast<std::byte>(value | 0x80);
      value >>= 7;
    }
    *at_++ = static_cast<std::byte>(value);
  }

  void put_signed(std::int64_t value) { put(zigzag(value)); }

  void put_bytes(ByteSpan bytes) {
    if (room() < bytes.size()) grow(bytes.size());
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
    seen_ |= bytes.size();
  }

  // Puts all that was put there.
  void append(const ColumnWriter& other) {
    const std::uint64_t seen = seen_ | other.seen_;
    put_bytes(other.bytes());
    seen_ = seen;
  }

  // What was put last, to be arranged in another way.
  std::span<std::byte> last(std::size_t count) { return {at_ - count, count}; }
  // All that was put, be it zero or not.
  ByteSpan bytes() const { return {data_.get(), size()}; }
  // The same, and nothing if every number is zero.
  ByteSpan column() const { return seen_ == 0 ? ByteSpan() : bytes(); }
  std::size_t size() const { return static_cast<std::size_t>(at_ - data_.get()); }

  void clear() {
    at_ = data_.get();
    seen_ = 0;
  }

 private:
  static constexpr std::size_t longest = 10;  // bytes of a number
  static constexpr std::size_t least = 512;   // of memory: a chunk has hundreds of columns, most of them short

  std::size_t room() const { return static_cast<std::size_t>(roomy_ - at_); }

  void grow(std::size_t more) {
    const std::size_t used = size();
    const std::size_t capacity = std::max<std::size_t>({capacity_ * 2, used + more + longest, least});
    auto data = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (used != 0) std::memcpy(data.get(), data_.get(), used);
    data_ = std::move(data);
    capacity_ = capacity;
    at_ = data_.get() + used;
    roomy_ = data_.get() + capacity - longest;
  }

  std::unique_ptr<std::byte[]> data_;
  std::byte* at_ = nullptr;
  std::byte* roomy_ = nullptr;  // before it there is room for any number
  std::uint64_t seen_ = 0;
  std::size_t capacity_ = 0;
};

// Reads a column front to back. Whatever the bytes, it never reads past them: an overrun or a varint of more than 64 bits
// gives 0 and makes good() false from then on.
class ColumnReader {
 public:
  ColumnReader() = default;
  explicit ColumnReader(ByteSpan column)
      : at_(column.data()), end_(column.data() + column.size()), zeros_(column.empty()) {}

  std::uint8_t byte() {
    if (at_ == end_) return overrun();
    return static_cast<std::uint8_t>(*at_++);
  }

  std::uint64_t get() {
    if (at_ == end_) return overrun();
    std::uint64_t value = static_cast<std::uint64_t>(*at_++);
    if (value < 0x80) return value;
    value &= 0x7f;
    for (unsigned shift = 7; shift < 70 && at_ != end_; shift += 7) {
      const auto part = static_cast<std::uint64_t>(*at_++);
      if (shift == 63 && part > 1) break;
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
    good_ = false;
    at_ = end_;
    return 0;
  }

  std::int64_t get_signed() { return unzigzag(get()); }

  // `length` bytes, or nothing if there are fewer.
  ByteSpan bytes(std::uint64_t length) {
    if (length > static_cast<std::uint64_t>(end_ - at_)) {
      good_ = false;
      return {};
    }
    const ByteSpan content(at_, static_cast<std::size_t>(length));
    at_ += length;
    return content;
  }

  bool good() const { return good_; }
  // Nothing is left; a column of zeros has no end.
  bool at_end() const { return at_ == end_; }
  // Read exactly to its end.
  bool spent() const { return good_ && at_end(); }

 private:
  std::uint8_t overrun() {
    if (!zeros_) good_ = false;
    return 0;
  }

  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  bool zeros_ = true;
  bool good_ = true;
};

}  // namespace sysreel
