#include "analyzer/text/out.h"

#include <algorithm>
#include <array>

namespace sysreel::text {
namespace {

constexpr std::array<char, 200> two_digits = [] {
  std::array<char, 200> table{};
  for (unsigned i = 0; i < 100; ++i) {
    table[2 * i] = static_cast<char>('0' + i / 10);
    table[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return table;
}();

// Writes the digits of `value` so that they end before `end`, and returns their beginning.
char* digits_before(char* end, std::uint64_t value) {
  while (value >= 100) {
    const auto pair = static_cast<unsigned>(value % 100);
    value /= 100;
    end -= 2;
    std::memcpy(end, &two_digits[2 * pair], 2);
  }
  if (value >= 10) {
    end -= 2;
    std::memcpy(end, &two_digits[2 * value], 2);
  } else {
    *--end = static_cast<char>('0' + value);
  }
  return end;
}

constexpr char hex_alphabet[] = "0123456789abcdef";

}  // namespace

void Out::grow(std::size_t more) {
  const std::size_t wanted = std::max({capacity_ * 2, size_ + more, std::size_t{256}});
  auto bigger = std::make_unique_for_overwrite<char[]>(wanted);
  if (size_ != 0) std::memcpy(bigger.get(), data_.get(), size_);
  data_ = std::move(bigger);
  capacity_ = wanted;
}

void Out::decimal(std::uint64_t value) {
  char buffer[20];
  char* const end = buffer + sizeof buffer;
  const char* begin = digits_before(end, value);
  put(std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

void Out::signed_decimal(std::int64_t value) {
  if (value < 0) {
    put('-');
    decimal(~static_cast<std::uint64_t>(value) + 1);
  } else {
    decimal(static_cast<std::uint64_t>(value));
  }
}

void Out::decimal_zeros(std::uint64_t value, unsigned width) {
  char buffer[20];
  char* const end = buffer + sizeof buffer;
  const char* begin = digits_before(end, value);
  const auto length = static_cast<unsigned>(end - begin);
  if (length < width) fill('0', width - length);
  put(std::string_view(begin, length));
}

void Out::decimal_blanks(std::uint64_t value, unsigned width) {
  char buffer[20];
  char* const end = buffer + sizeof buffer;
  const char* begin = digits_before(end, value);
  const auto length = static_cast<unsigned>(end - begin);
  if (length < width) fill(' ', width - length);
  put(std::string_view(begin, length));
}

void Out::bare_hex(std::uint64_t value) {
  char buffer[16];
  char* const end = buffer + sizeof buffer;
  char* begin = end;
  do {
    *--begin = hex_alphabet[value & 15];
    value >>= 4;
  } while (value != 0);
  put(std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

void Out::hex(std::uint64_t value) {
  if (value != 0) put("0x");
  bare_hex(value);
}

void Out::octal(std::uint64_t value) {
  char buffer[23];
  char* const end = buffer + sizeof buffer;
  char* begin = end;
  for (; value != 0; value >>= 3) *--begin = static_cast<char>('0' + (value & 7));
  *--begin = '0';
  put(std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

void Out::hex_digits(std::uint64_t value, unsigned width) {
  char buffer[16];
  for (unsigned i = width; i-- > 0; value >>= 4) buffer[i] = hex_alphabet[value & 15];
  put(std::string_view(buffer, width));
}

}  // namespace sysreel::text
