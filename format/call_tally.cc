#include "format/call_tally.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <optional>

namespace sysreel {
namespace {

// Takes the text up to `end`, and `end`, off the front; all of it where `end` does not come.
std::string_view cut(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return front;
}

template <typename T>
bool read(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0;
}

bool read_durations(std::string_view text, std::vector<CallTally::Bucket>& durations) {
  if (text == "-") return true;
  while (!text.empty()) {
    std::string_view pair = cut(text, ',');
    CallTally::Bucket bucket;
    if (!read(cut(pair, ':'), bucket.duration.value) || !read(pair, bucket.calls)) return false;
    durations.push_back(bucket);
  }
  return !durations.empty();
}

std::optional<CallTally> parse_line(std::string_view line) {
  CallTally tally;
  unsigned abi = 0;
  std::int32_t nr = 0;
  const bool numbers = read(cut(line, ' '), abi) && read(cut(line, ' '), nr) && read(cut(line, ' '), tally.calls) &&
                       read(cut(line, ' '), tally.errors) && read(cut(line, ' '), tally.time.value) && read(cut(line, ' '), tally.longest.value);
  if (!numbers || abi > static_cast<unsigned>(Abi::aarch64) || !read_durations(line, tally.durations)) return std::nullopt;
  tally.abi = static_cast<Abi>(abi);
  tally.nr = SyscallNr{nr};
  return tally;
}

}  // namespace

std::string text_of(const std::vector<CallTally>& tallies) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const CallTally& tally : tallies) {
    fmt::format_to(out, "{} {} {} {} {} {} ", static_cast<unsigned>(tally.abi), raw(tally.nr), tally.calls, tally.errors, tally.time.value,
                   tally.longest.value);
    const char* comma = "";
    for (const CallTally::Bucket& bucket : tally.durations) {
      fmt::format_to(out, "{}{}:{}", comma, bucket.duration.value, bucket.calls);
      comma = ",";
    }
    text += tally.durations.empty() ? "-\n" : "\n";
  }
  return text;
}

Result<std::vector<CallTally>> parse_tallies(std::string_view text) {
  std::vector<CallTally> tallies;
  while (!text.empty()) {
    const std::string_view line = cut(text, '\n');
    auto tally = parse_line(line);
    if (!tally) return Error{ErrorKind::damaged, fmt::format("'{}' is no tally of a call", line.substr(0, 80))};
    tallies.push_back(std::move(*tally));
  }
  return tallies;
}

}  // namespace sysreel
