#include "recorder/limits.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace sysreel {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit time_units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
constexpr Unit size_units[] = {{"", 1}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824.0}, {"T", 1099511627776.0}};

// A decimal number with one of the units behind it, in the base unit; nothing if it is not that, or not in (0, 2^62).
std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
  const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units) {
    if (suffix != unit.name) continue;
    const double value = std::round(number * unit.factor);
    if (value < 1 || value >= 4611686018427387904.0) return std::nullopt;
    return static_cast<std::uint64_t>(value);
  }
  return std::nullopt;
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  if (const auto value = parse(text, time_units)) return Nanos{static_cast<std::int64_t>(*value)};
  return Error{ErrorKind::usage, fmt::format("'{}' is not a duration (examples: 10s, 500ms, 2m, 1h)", text)};
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::string_view plain = text;
  for (const std::string_view suffix : {"iB", "B"}) {
    if (plain.ends_with(suffix)) {
      plain.remove_suffix(suffix.size());
      break;
    }
  }
  if (const auto value = parse(plain, size_units)) return *value;
  return Error{ErrorKind::usage, fmt::format("'{}' is not a size (examples: 4096, 64K, 16M, 2G)", text)};
}

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value > 0) return value;
  return Error{ErrorKind::usage, fmt::format("'{}' is not a positive whole number", text)};
}

}  // namespace sysreel
