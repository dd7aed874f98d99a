// The grammars of option values. A set is one grammar for names (bits) and numbers alike.
#include "tools/option_values.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "format/abi/abi.h"

namespace sysreel::tools {
namespace {

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

Error invalid(std::string_view what, std::string_view token) {
  return {ErrorKind::not_found, "invalid " + std::string(what) + " '" + std::string(token) + "'"};
}

// What every set has: its inversion, the two words for the extremes, and otherwise its tokens, none of them empty.
struct SetSyntax {
  bool inverted = false;
  bool all = false;
  bool none = false;
  std::vector<std::string_view> tokens;
};

Result<SetSyntax> split_set(std::string_view text, std::string_view what) {
  SetSyntax set;
  std::string_view rest = text;
  while (rest.starts_with('!')) {
    rest.remove_prefix(1);
    set.inverted = !set.inverted;
  }
  set.all = rest == "all";
  set.none = rest == "none";
  if (set.all || set.none) return set;
  while (!rest.empty()) {
    const std::string_view token = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), token.size() + 1));
    if (!token.empty()) set.tokens.push_back(token);
  }
  if (set.tokens.empty()) return invalid(what, text);
  return set;
}

}  // namespace

std::optional<int> parse_int(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || text.front() == '-') return std::nullopt;
  return number;
}

std::optional<text::Precision> parse_precision(std::string_view text) {
  if (text == "s") return text::Precision::seconds;
  if (text == "ms") return text::Precision::milli;
  if (text == "us") return text::Precision::micro;
  if (text == "ns") return text::Precision::nano;
  return std::nullopt;
}

std::optional<Nanos> parse_duration(std::string_view text) {
  const std::string copy(text);
  char* unit = nullptr;
  const double number = std::strtod(copy.c_str(), &unit);
  if (unit == copy.c_str() || !(number >= 0) || std::isspace(static_cast<unsigned char>(copy[0]))) return std::nullopt;
  double scale = 1e3;
  if (*unit != '\0') {
    const auto precision = parse_precision(unit);
    if (!precision) return std::nullopt;
    constexpr double scales[] = {1e9, 1e6, 1e3, 1};
    scale = scales[static_cast<unsigned>(*precision)];
  }
  const double nanos = number * scale;
  if (!(nanos < 9.2e18)) return std::nullopt;
  return Nanos{std::llround(nanos)};
}

bool parse_timestamps(std::string_view text, text::ClockFormat& format, text::Precision& precision) {
  if (format == text::ClockFormat::none) format = text::ClockFormat::time;
  while (!text.empty()) {
    std::string_view token = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), token.size() + 1));
    const bool only_format = token.starts_with("format:"), only_precision = token.starts_with("precision:");
    if (only_format || only_precision) token.remove_prefix(token.find(':') + 1);
    const auto given_precision = only_format ? std::nullopt : parse_precision(token);
    if (given_precision) {
      precision = *given_precision;
    } else if (!only_precision && token == "none") {
      format = text::ClockFormat::none;
    } else if (!only_precision && token == "time") {
      format = text::ClockFormat::time;
    } else if (!only_precision && token == "unix") {
      format = text::ClockFormat::unix;
    } else if (!token.empty() || only_format || only_precision) {
      return false;
    }
  }
  return true;
}

bool is_tips_format(std::string_view text) {
  while (!text.empty()) {
    std::string_view token = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), token.size() + 1));
    const bool only_id = token.starts_with("id:"), only_format = token.starts_with("format:");
    if (only_id || only_format) token.remove_prefix(token.find(':') + 1);
    const bool is_id = token == "random" || parse_int(token).has_value();
    const bool is_format = token == "none" || token == "compact" || token == "full";
    if (!(is_id && !only_format) && !(is_format && !only_id) && !(token.empty() && !only_id && !only_format)) return false;
  }
  return true;
}

std::optional<unsigned> value_of_name(std::span<const NamedValue> names, std::string_view name) {
  for (const NamedValue& known : names) {
    if (same_name(known.name, name)) return known.value;
  }
  return std::nullopt;
}

Result<unsigned> parse_bits(std::string_view text, std::span<const NamedValue> names, std::string_view what) {
  const Result<SetSyntax> set = split_set(text, what);
  if (!set) return set.error();
  unsigned every = 0;
  for (const NamedValue& known : names) every |= known.value;
  unsigned bits = set->all ? every : 0;
  for (const std::string_view token : set->tokens) {
    const auto value = value_of_name(names, token);
    if (!value) return invalid(what, token);
    bits |= *value;
  }
  return set->inverted ? every & ~bits : bits;
}

Result<text::NumberChoice> parse_numbers(std::string_view text, std::string_view what,
                                         const std::function<std::optional<int>(std::string_view)>& parse) {
  const Result<SetSyntax> set = split_set(text, what);
  if (!set) return set.error();
  text::NumberChoice choice;
  if (set->all || set->none) {
    choice.everything = set->all != set->inverted;
    return choice;
  }
  choice.inverted = set->inverted;
  for (const std::string_view token : set->tokens) {
    const auto number = parse(token);
    if (!number) return invalid(what, token);
    choice.numbers.push_back(*number);
  }
  return choice;
}

std::optional<int> parse_signal(std::string_view text) {
  constexpr int highest = 255;
  if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    const auto number = parse_int(text);
    return number && *number <= highest ? number : std::nullopt;
  }
  if (text.size() > 3 && same_name(text.substr(0, 3), "SIG")) text.remove_prefix(3);
  for (int signo = 1; signo < 32; ++signo) {
    const char* const name = abi::signal_name(Abi::x86_64, signo);
    if (name != nullptr && same_name(std::string_view(name).substr(3), text)) return signo;
  }
  // The kernel's real-time signals: 32 is RTMIN, the rest are RT_1 up to RT_32.
  if (same_name(text, "RTMIN")) return 32;
  if (text.size() > 3 && same_name(text.substr(0, 3), "RT_")) {
    const auto index = parse_int(text.substr(3));
    if (index && *index >= 1 && *index <= 32) return 32 + *index;
  }
  return std::nullopt;
}

}  // namespace sysreel::tools
