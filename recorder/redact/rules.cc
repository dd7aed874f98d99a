#include "recorder/redact/rules.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <iterator>

#include "recorder/redact/keyword_search.h"
#include "recorder/redact/word_list.h"

namespace sysreel {
namespace {

constexpr std::size_t promise_reach = 96;  // bytes that may stand between a keyword and its value

// A rule in three expressions. The first group of each is the secret.
struct Rule {
  std::string id;
  std::vector<std::string> keywords;
  std::string whole;      // a complete secret
  std::string open;       // one that the end of the text cuts
  std::string continued;  // the rest of one, at the begin of a text
};

std::vector<Rule> built_in() {
  std::vector<Rule> rules;
#define RULE(id, keywords, lead, value, least, tail)                                                     \
  rules.push_back({id, words_of_list(keywords), fmt::format("(?:{})((?:{}){{{},}}){}", lead, value, least, tail), \
                   fmt::format("(?:{})((?:{})*)\\z", lead, value), fmt::format("\\A((?:{})*)", value)});
#include "recorder/redact/rules.def"
#undef RULE
  return rules;
}

// Of a rule that is only an expression nothing is known of a value that is cut: all that follows its keyword is one.
Rule rule_of(const UserRule& user) {
  std::string any;
  for (const std::string& keyword : user.keywords) {
    if (!any.empty()) any += '|';
    any += re2::RE2::QuoteMeta(keyword);
  }
  return {user.id, user.keywords, user.expression, fmt::format("(?is)\\A.*(?:{})(.*)\\z", any), "\\A([^\\s\\x00]*)"};
}

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // payloads are bytes
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{32} << 20);
  return options;
}

std::vector<std::string> keywords_of(const std::vector<Rule>& rules) {
  std::vector<std::string> all;
  for (const Rule& rule : rules) all.insert(all.end(), rule.keywords.begin(), rule.keywords.end());
  return all;
}

bool overlaps(const SecretSpan& a, const SecretSpan& b) { return a.at < b.at + b.length && b.at < a.at + a.length; }

}  // namespace

struct RedactionRules::State {
  explicit State(std::vector<Rule> all) : rules(std::move(all)), keywords(keywords_of(rules)), expressions(rules.size()) {}

  struct Compiled {
    std::unique_ptr<re2::RE2> whole, open, continued;
  };

  // Which rules have an expression that matches. All of them where the automaton outgrew its memory.
  std::vector<int> candidates(std::string_view text) {
    if (!set) {
      set = std::make_unique<re2::RE2::Set>(options(), re2::RE2::UNANCHORED);
      for (const Rule& rule : rules) {
        set->Add(rule.whole, nullptr);
        set->Add(rule.open, nullptr);
      }
      set->Compile();
    }
    std::vector<int> numbers;
    re2::RE2::Set::ErrorInfo error{};
    if (!set->Match({text.data(), text.size()}, &numbers, &error) && error.kind != re2::RE2::Set::kNoError) {
      numbers.resize(2 * rules.size());
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
    }
    return numbers;
  }

  const re2::RE2& compiled(std::unique_ptr<re2::RE2>& place, const std::string& expression) {
    if (!place) place = std::make_unique<re2::RE2>(expression, options());
    return *place;
  }

  // Appends what `expression` finds, for the rule with this number.
  void match(const re2::RE2& expression, std::uint32_t rule, std::string_view text, std::vector<SecretSpan>& spans) const {
    const re2::StringPiece whole(text.data(), text.size());
    const int group = expression.NumberOfCapturingGroups() > 0 ? 1 : 0;
    re2::StringPiece found[2];
    for (std::size_t from = 0; from <= text.size() && expression.Match(whole, from, text.size(), re2::RE2::UNANCHORED, found, group + 1);) {
      const re2::StringPiece& secret = found[group];
      if (secret.data()) spans.push_back({static_cast<std::size_t>(secret.data() - text.data()), secret.size(), rule});
      const auto end = static_cast<std::size_t>(found[0].data() - text.data()) + found[0].size();
      from = std::max(end, from + 1);
    }
  }

  std::vector<Rule> rules;
  KeywordSearch keywords;
  std::vector<Compiled> expressions;
  std::unique_ptr<re2::RE2::Set> set;  // of rule n: 2n the whole, 2n + 1 the open expression
};

RedactionRules::RedactionRules() : state_(std::make_unique<State>(built_in())) {}
RedactionRules::RedactionRules(RedactionRules&&) noexcept = default;
RedactionRules& RedactionRules::operator=(RedactionRules&&) noexcept = default;
RedactionRules::~RedactionRules() = default;

Result<RedactionRules> RedactionRules::with(const std::vector<UserRule>& more) {
  std::vector<Rule> rules = built_in();
  for (const UserRule& user : more) {
    const re2::RE2 expression(user.expression, options());
    if (!expression.ok()) {
      return Error{ErrorKind::usage, fmt::format("rule '{}': {} in the expression {}", user.id, expression.error(), user.expression)};
    }
    const auto is_short = [](const std::string& keyword) { return keyword.size() < KeywordSearch::shortest; };
    if (user.keywords.empty() || std::any_of(user.keywords.begin(), user.keywords.end(), is_short)) {
      return Error{ErrorKind::usage, fmt::format("rule '{}': a keyword has at least {} bytes", user.id, KeywordSearch::shortest)};
    }
    rules.push_back(rule_of(user));
  }
  RedactionRules compiled;
  compiled.state_ = std::make_unique<State>(std::move(rules));
  return compiled;
}

bool RedactionRules::suspects(std::string_view text) const { return state_->keywords.find(text).has_value(); }

void RedactionRules::find(std::string_view text, std::vector<SecretSpan>& spans) const {
  State& state = *state_;
  for (const int number : state.candidates(text)) {
    if (number % 2 != 0) continue;
    const auto rule = static_cast<std::uint32_t>(number / 2);
    state.match(state.compiled(state.expressions[rule].whole, state.rules[rule].whole), rule, text, spans);
  }
}

std::vector<std::uint32_t> RedactionRules::find_cut(std::string_view text, std::vector<SecretSpan>& spans) const {
  State& state = *state_;
  std::vector<SecretSpan> open;
  const std::size_t first = spans.size();
  for (const int number : state.candidates(text)) {
    const auto rule = static_cast<std::uint32_t>(number / 2);
    State::Compiled& expressions = state.expressions[rule];
    if (number % 2 == 0) {
      state.match(state.compiled(expressions.whole, state.rules[rule].whole), rule, text, spans);
    } else {
      state.match(state.compiled(expressions.open, state.rules[rule].open), rule, text, open);
    }
  }
  std::vector<std::uint32_t> unfinished;
  for (const SecretSpan& span : open) {
    const auto known = [&](const SecretSpan& one) { return one.rule == span.rule && (overlaps(one, span)); };
    const auto same = std::find_if(spans.begin() + static_cast<std::ptrdiff_t>(first), spans.end(), known);
    const bool reaches_end = same == spans.end() || same->at + same->length == text.size();
    if (same == spans.end()) spans.push_back(span);
    if (reaches_end) unfinished.push_back(span.rule);
  }
  return unfinished;
}

std::size_t RedactionRules::continued(const std::vector<std::uint32_t>& rules, std::string_view text) const {
  State& state = *state_;
  std::size_t longest = 0;
  for (const std::uint32_t rule : rules) {
    const re2::RE2& expression = state.compiled(state.expressions[rule].continued, state.rules[rule].continued);
    re2::StringPiece found[2];
    if (!expression.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::ANCHOR_START, found, 2)) continue;
    longest = std::max(longest, found[1].size());
  }
  return longest;
}

std::size_t RedactionRules::promised(std::string_view text) const {
  const std::size_t from = text.size() - std::min(text.size(), promise_reach);
  if (const auto hit = state_->keywords.find_last(text.substr(from))) return from + hit->at;
  return text.size() - begun_at_end(text);
}

std::size_t RedactionRules::begun_at_end(std::string_view text) const { return state_->keywords.begun_at_end(text); }

std::string_view RedactionRules::id(std::uint32_t rule) const {
  return rule < state_->rules.size() ? std::string_view(state_->rules[rule].id) : "argument";
}
std::size_t RedactionRules::count() const { return state_->rules.size(); }

}  // namespace sysreel
