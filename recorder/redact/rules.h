// The rules of redaction, compiled: which bytes of a text are a secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/result.h"

namespace sysreel {

// In SecretSpan::rule: found by its place among the words of a command line, not by a rule.
inline constexpr std::uint32_t no_rule = ~0u;

// Bytes of a text that must not be kept.
struct SecretSpan {
  std::size_t at = 0;
  std::size_t length = 0;
  std::uint32_t rule = 0;
};

// One rule as a user's file has it: the secret is the first group of the expression, or without a group all of it.
struct UserRule {
  std::string id;
  std::vector<std::string> keywords;
  std::string expression;
};

// The rows of rules.def and those of the user. Used by one thread: expressions are compiled when the first keyword shows.
class RedactionRules {
 public:
  RedactionRules();
  // Fails (usage) with the rule and what is wrong with it.
  static Result<RedactionRules> with(const std::vector<UserRule>& more);
  RedactionRules(RedactionRules&&) noexcept;
  RedactionRules& operator=(RedactionRules&&) noexcept;
  ~RedactionRules();

  // Whether any keyword stands in the text; only then find() is worth its time.
  bool suspects(std::string_view text) const;

  // Appends the secrets in a text that is complete.
  void find(std::string_view text, std::vector<SecretSpan>& spans) const;

  // The same for a text that goes on: also values that its end cuts, whatever their length. Returns the rules whose value
  // reaches the end.
  std::vector<std::uint32_t> find_cut(std::string_view text, std::vector<SecretSpan>& spans) const;

  // How many bytes at the begin of `text` continue a value of one of these rules.
  std::size_t continued(const std::vector<std::uint32_t>& rules, std::string_view text) const;

  // Where a keyword begins, near the end of `text`, whose value may follow in the next piece; text.size() if none does.
  std::size_t promised(std::string_view text) const;
  // Of a text that suspects() nothing: how many bytes at its end may be the begin of a keyword.
  std::size_t begun_at_end(std::string_view text) const;

  std::string_view id(std::uint32_t rule) const;  // of no_rule: "argument"
  std::size_t count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sysreel
