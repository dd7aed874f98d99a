#include "tools/report_view.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "tools/reel_errors.h"
#include "tools/reel_findings.h"
#include "tools/reel_moment.h"
#include "tools/reel_text.h"

namespace sysreel::tools {
namespace {

using Kind = ReportView::Kind;

struct Row {
  std::string_view option;
  Kind kind;
};
constexpr Row rows[] = {{"--errors", Kind::errors}, {"--diagnose", Kind::diagnosis}, {"--summary", Kind::summary}};

// "17" or "#17".
Result<std::uint64_t> event_number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('#')) digits.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc{} && end == digits.data() + digits.size() && number > 0) return number;
  return Error{ErrorKind::usage,
               fmt::format("--at {}: not the number of an event; --diagnose prints them as #N", text)};
}

bool is_option(std::string_view word, std::string_view option) {
  return word.starts_with(option) && (word.size() == option.size() || word[option.size()] == '=');
}

// The value of the option that stands at `i`: behind its "=", or the next word, to which `i` goes on. nullopt if there is none.
std::optional<std::string_view> value_of(const std::vector<const char*>& words, std::size_t& i, std::string_view option) {
  const std::string_view word = words[i];
  if (word.size() > option.size()) return word.substr(option.size() + 1);
  if (i + 1 == words.size()) return std::nullopt;
  return words[++i];
}

}  // namespace

Result<ReportView> take_view(std::vector<const char*>& words) {
  ReportView view;
  std::vector<const char*> others;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const Row* chosen = nullptr;
    for (const Row& row : rows) {
      if (word == row.option) chosen = &row;
    }
    if (chosen) {
      view.kind = chosen->kind;
    } else if (is_option(word, "--at")) {
      const auto value = value_of(words, i, "--at");
      if (!value) return Error{ErrorKind::usage, "--at needs the number of an event"};
      const auto number = event_number(*value);
      if (!number) return number.error();
      view.kind = Kind::moment;
      view.event = *number;
    } else if (is_option(word, "--window")) {
      const auto window = WindowOption::parse(value_of(words, i, "--window").value_or(""));
      if (!window) return window.error();
      view.window = *window;
    } else {
      others.push_back(words[i]);
    }
  }
  words = std::move(others);
  return view;
}

Result<void> show_view(const ReportView& view, const std::string& file, const text::TextOptions& options,
                       text::TextSink& sink, const ProgramName& name) {
  if (view.kind == Kind::text) return print_reel(file, options, view.window, sink, name);
  if (view.kind == Kind::moment) return print_moment(file, view.event, options, sink, name);
  const auto report = view.kind == Kind::errors    ? errors_of_reel(file, options, name)
                      : view.kind == Kind::summary ? overview_of_reel(file, name)
                                                   : findings_of_reel(file, name);
  if (!report) return report.error();
  sink.write({}, *report);
  return {};
}

}  // namespace sysreel::tools
