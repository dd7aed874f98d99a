#include "recorder/redact/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "recorder/proc.h"
#include "recorder/redact/word_list.h"

namespace sysreel {
namespace {

constexpr std::string_view blanks = " \t\r";

// Takes the next word off the front of `line`, and the blanks around it.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return word;
}

}  // namespace

Result<std::vector<UserRule>> parse_rules(std::string_view text, const std::string& name) {
  std::vector<UserRule> rules;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && blanks.find(line.back()) != std::string_view::npos) line.remove_suffix(1);
    const std::string_view id = take_word(line);
    if (id.empty() || id.front() == '#') continue;
    const std::string_view keywords = take_word(line);
    if (line.empty()) {
      return Error{ErrorKind::usage, fmt::format("{}:{}: a rule is 'id keyword[,keyword]... expression'", name, number)};
    }
    rules.push_back({std::string(id), words_of_list(keywords), std::string(line)});
  }
  return rules;
}

Result<std::vector<UserRule>> read_rules(const std::string& path) {
  errno = 0;
  const auto text = proc::read_file(path, 1u << 20);
  if (!text) return Error::from_errno(fmt::format("rules '{}'", path), errno != 0 ? errno : EIO);
  auto rules = parse_rules(*text, path);
  if (!rules) return rules;
  if (const auto compiled = RedactionRules::with(*rules); !compiled) {
    return Error{ErrorKind::usage, fmt::format("{}: {}", path, compiled.error().message)};
  }
  return rules;
}

}  // namespace sysreel
