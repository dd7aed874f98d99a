// Secrets among the words of a command line, and in environment strings: what only the position of a word shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recorder/redact/rules.h"

namespace sysreel {

// Goes through the words of one command line, the program first. Used by one thread.
class ArgumentRedactor {
 public:
  explicit ArgumentRedactor(const RedactionRules& rules) : rules_(rules) {}

  // The secrets in the next word. `cut`: the word goes on behind what is known of it.
  std::vector<SecretSpan> next(std::string_view word, bool cut);

 private:
  enum class Expects : unsigned char { nothing, secret, pair };

  void look_at_option(std::string_view word, bool cut, std::vector<SecretSpan>& spans);

  const RedactionRules& rules_;
  std::string program_;
  bool first_ = true;
  Expects expects_ = Expects::nothing;
};

// Overwrites the secrets in `words`, which keep their lengths, and returns what was overwritten.
std::vector<SecretSpan> redact_words(const RedactionRules& rules, std::vector<std::string>& words);

// The same for words that end with a NUL each, as /proc/PID/cmdline has them.
std::vector<SecretSpan> redact_command_line(const RedactionRules& rules, std::string& words);

// Overwrites one span. Returns false if it was overwritten before.
bool mask(std::string& text, const SecretSpan& span);

}  // namespace sysreel
