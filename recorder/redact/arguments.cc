#include "recorder/redact/arguments.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "recorder/redact/word_list.h"

namespace sysreel {
namespace {

enum class Form : unsigned char { next, attached, pair };

struct ArgumentRule {
  std::string_view programs;
  std::string_view option;
  Form form;
};

constexpr ArgumentRule argument_rules[] = {
#define ARGUMENT(programs, option, form) {programs, option, Form::form},
#include "recorder/redact/argument_rules.def"
#undef ARGUMENT
};

// Parts of names of options and variables that hold a secret.
constexpr std::array<std::string_view, 14> telling{"passw",  "passphrase", "pass",   "pwd",        "secret",     "token",      "apikey",
                                                   "api-key", "api_key",    "access-key", "access_key", "credential", "private-key", "private_key"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool tells_a_secret(std::string_view name) {
  const std::string plain = lower(name);
  // A file, a path or a command that holds the secret is none.
  for (const std::string_view harmless : {"file", "path", "dir", "command", "manager", "url", "_id", "bypass", "compass", "passthrough", "pass-through", "passive"}) {
    if (plain.find(harmless) != std::string::npos) return false;
  }
  return std::any_of(telling.begin(), telling.end(), [&](std::string_view part) { return plain.find(part) != std::string::npos; });
}

bool in_list(std::string_view list, const std::string& word) {
  const auto words = words_of_list(list);
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
}

}  // namespace

// NAME=VALUE and --name=VALUE are whole words: a value may have blanks in it.
void ArgumentRedactor::look_at_option(std::string_view word, bool cut, std::vector<SecretSpan>& spans) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  if (equals != std::string_view::npos) {
    if (is_name(name) && tells_a_secret(name)) spans.push_back({equals + 1, word.size() - equals - 1, no_rule});
    return;
  }
  if (!word.starts_with('-')) return;
  for (const ArgumentRule& rule : argument_rules) {
    if (!in_list(rule.programs, program_)) continue;
    if (word == rule.option) {
      // mysql's -p alone asks for the password; the next word is none.
      const bool glued_only = rule.form == Form::attached && program_.starts_with("m");
      if (!glued_only) expects_ = rule.form == Form::pair ? Expects::pair : Expects::secret;
    } else if (rule.form == Form::attached && word.starts_with(rule.option) && !word.starts_with("--")) {
      spans.push_back({rule.option.size(), word.size() - rule.option.size(), no_rule});
    }
  }
  // An option whose name is cut may be any.
  if (word.starts_with("--") && (cut || tells_a_secret(word))) expects_ = Expects::secret;
}

std::vector<SecretSpan> ArgumentRedactor::next(std::string_view word, bool cut) {
  std::vector<SecretSpan> spans;
  const Expects expected = expects_;
  expects_ = Expects::nothing;
  if (first_) {
    program_ = word.substr(word.rfind('/') + 1);
    first_ = false;
  } else if (expected == Expects::secret && !word.starts_with("--")) {
    spans.push_back({0, word.size(), no_rule});
    return spans;
  } else if (expected == Expects::pair) {
    const std::size_t colon = word.find_first_of(":%");
    if (colon != std::string_view::npos) spans.push_back({colon + 1, word.size() - colon - 1, no_rule});
  } else {
    look_at_option(word, cut, spans);
  }
  if (!rules_.suspects(word)) return spans;
  if (cut) {
    rules_.find_cut(word, spans);
  } else {
    rules_.find(word, spans);
  }
  return spans;
}

bool mask(std::string& text, const SecretSpan& span) {
  if (text.find_first_not_of('*', span.at) >= span.at + span.length) return false;
  std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(span.at), span.length, '*');
  return true;
}

std::vector<SecretSpan> redact_words(const RedactionRules& rules, std::vector<std::string>& words) {
  ArgumentRedactor redactor(rules);
  std::vector<SecretSpan> found;
  for (std::string& word : words) {
    for (const SecretSpan& span : redactor.next(word, false)) {
      if (mask(word, span)) found.push_back(span);
    }
  }
  return found;
}

std::vector<SecretSpan> redact_command_line(const RedactionRules& rules, std::string& words) {
  ArgumentRedactor redactor(rules);
  std::vector<SecretSpan> found;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find('\0', at), words.size());
    for (SecretSpan span : redactor.next(std::string_view(words).substr(at, end - at), false)) {
      span.at += at;
      if (mask(words, span)) found.push_back(span);
    }
    at = end + 1;
  }
  return found;
}

}  // namespace sysreel
