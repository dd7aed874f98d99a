// A growing byte buffer with the integer formats that strace text is made of. No allocation once it has grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace sysreel::text {

// Owns the bytes. Used by one thread.
class Out {
 public:
  Out() = default;
  // What was moved from is empty and may be filled again.
  Out(Out&& other) noexcept
      : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  Out& operator=(Out&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  void put(char c) {
    if (size_ == capacity_) grow(1);
    data_[size_++] = c;
  }
  void put(std::string_view text) {
    if (text.empty()) return;  // its data may be null
    if (capacity_ - size_ < text.size()) grow(text.size());
    copy(data_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void fill(char c, std::size_t count) {
    if (count == 0) return;
    if (capacity_ - size_ < count) grow(count);
    std::memset(data_.get() + size_, c, count);
    size_ += count;
  }

  void decimal(std::uint64_t value);
  void signed_decimal(std::int64_t value);
  // At least `width` digits, padded with zeros (or blanks) on the left.
  void decimal_zeros(std::uint64_t value, unsigned width);
  void decimal_blanks(std::uint64_t value, unsigned width);
  // As printf's %#lx and %#lo: 0x1f, 017; zero is "0".
  void hex(std::uint64_t value);
  void octal(std::uint64_t value);
  // Exactly `width` lower-case digits without a prefix.
  void hex_digits(std::uint64_t value, unsigned width);
  // As printf's %x, without a prefix.
  void bare_hex(std::uint64_t value);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_.get(), size_}; }
  std::string_view view_from(std::size_t position) const { return {data_.get() + position, size_ - position}; }
  // Forgets everything behind `size`, which must not be larger than the present size.
  void truncate(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  void grow(std::size_t more);
  // memcpy; without a call for the few bytes that most pieces of text have.
  static void copy(char* to, const char* from, std::size_t length) {
    if (length > 16) {
      std::memcpy(to, from, length);
    } else if (length >= 8) {
      copy_ends<std::uint64_t>(to, from, length);
    } else if (length >= 4) {
      copy_ends<std::uint32_t>(to, from, length);
    } else {
      for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
    }
  }
  // The first and the last word, which may overlap.
  template <typename Word>
  static void copy_ends(char* to, const char* from, std::size_t length) {
    Word first, last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + length - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + length - sizeof last, &last, sizeof last);
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace sysreel::text
