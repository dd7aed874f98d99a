#include "tools/window_option.h"

#include <fmt/format.h>

#include <cctype>
#include <ctime>
#include <string>

#include "tools/option_values.h"

namespace sysreel::tools {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day = 86400 * second;

// Seconds unless a unit stands behind.
std::optional<Nanos> parse_span(std::string_view text) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) return std::nullopt;
  const bool bare = std::isdigit(static_cast<unsigned char>(text.back())) != 0 || text.back() == '.';
  return parse_duration(std::string(text) + (bare ? "s" : ""));
}

// HH:MM, HH:MM:SS, HH:MM:SS.fraction
std::optional<Nanos> parse_time_of_day(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second_colon = text.find(':', first + 1);
  const auto hours = parse_int(text.substr(0, first));
  const auto minutes = parse_int(text.substr(first + 1, second_colon == std::string_view::npos ? second_colon : second_colon - first - 1));
  const auto seconds = second_colon == std::string_view::npos ? Nanos{} : parse_span(text.substr(second_colon + 1));
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || seconds->value >= 60 * second) return std::nullopt;
  return Nanos{(*hours * 3600 + *minutes * 60) * second + seconds->value};
}

}  // namespace

Result<WindowOption> WindowOption::parse(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto fails = [&] {
    return Error{ErrorKind::usage, fmt::format("'{}' is no window: FROM..TO is wanted, such as 2..3.5, 500ms..1s or 12:00:03..12:00:04", text)};
  };
  if (dots == std::string_view::npos) return fails();
  const Result<Moment> from = parse_moment(text.substr(0, dots));
  const Result<Moment> to = parse_moment(text.substr(dots + 2));
  if (!from || !to) return fails();
  WindowOption window;
  window.from_ = *from;
  window.to_ = *to;
  return window;
}

Result<WindowOption::Moment> WindowOption::parse_moment(std::string_view text) {
  if (text.empty()) return Moment{};
  const bool epoch = text.front() == '@';
  const bool clock = text.find(':') != std::string_view::npos;
  const auto value = epoch ? parse_span(text.substr(1)) : clock ? parse_time_of_day(text) : parse_span(text);
  if (!value) return Error{ErrorKind::usage, "no time"};
  return Moment{epoch ? Kind::since_epoch : clock ? Kind::time_of_day : Kind::since_start, *value};
}

Nanos WindowOption::resolve(const Moment& moment, const Header& header, Nanos otherwise) {
  const Nanos to_monotonic = header.started - header.started_realtime;
  switch (moment.kind) {
    case Kind::open: return otherwise;
    case Kind::since_start: return header.started + moment.value;
    case Kind::since_epoch: return moment.value + to_monotonic;
    case Kind::time_of_day: break;
  }
  const auto started = static_cast<std::time_t>(header.started_realtime.value / second);
  std::tm midnight{};
  localtime_r(&started, &midnight);
  midnight.tm_hour = midnight.tm_min = midnight.tm_sec = 0;
  Nanos when{std::mktime(&midnight) * second + moment.value.value};
  if (when.value < header.started_realtime.value / second * second) when = when + Nanos{day};
  return when + to_monotonic;
}

Window WindowOption::in(const Header& header) const {
  constexpr Window everything;
  return {resolve(from_, header, everything.from), resolve(to_, header, everything.to)};
}

}  // namespace sysreel::tools
