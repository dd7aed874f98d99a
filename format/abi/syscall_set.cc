// Parses expressions of calls and finds the numbers they mean in every ABI's table.
#include "format/abi/syscall_set.h"

#include <regex.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "format/abi/abi.h"

namespace sysreel::abi {
namespace {

constexpr std::array<Abi, 4> every_abi = {Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64};

struct ClassName {
  std::string_view name;
  std::uint32_t classes;
  bool bare;  // also without the percent sign
};

constexpr ClassName class_names[] = {
    {"desc", desc, true},         {"file", file, true},       {"memory", memory_class, true}, {"process", process, true},
    {"signal", signal_class, true}, {"ipc", ipc, true},       {"network", network, true},     {"net", network, false},
    {"creds", creds, false},      {"clock", clock, false},    {"pure", pure, false},          {"stat", stat_class, false},
    {"lstat", lstat_class, false}, {"fstat", fstat_class, false}, {"%stat", stat_like, false}, {"statfs", statfs_class, false},
    {"fstatfs", fstatfs_class, false}, {"%statfs", statfs_like, false},
};

// Expressions come out of reels, too. Names of all calls there are take a quarter of this.
constexpr std::size_t longest_expression = 16 * 1024;

// How much larger than its text what regcomp makes of a regular expression may become: it writes out what is repeated, and what
// is repeated again once more, so that 30 plus signs in a row take gigabytes. Escapes and brackets are not looked at.
constexpr std::uint64_t most_growth = 4096;

bool grows_too_large(std::string_view expression) {
  std::uint64_t growth = 1;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '+') growth *= 2;
    if (expression[i] == '{') {
      std::uint64_t times = 0;  // there is no {1,3}: a comma ends the expression
      for (std::size_t j = i + 1; j < expression.size() && expression[j] >= '0' && expression[j] <= '9'; ++j) {
        times = std::min(times * 10 + static_cast<unsigned>(expression[j] - '0'), most_growth + 1);
      }
      growth *= std::max(times, std::uint64_t{1});
    }
    if (growth > most_growth) return true;
  }
  return false;
}

// One VALUE of an expression, without its "?" and "@".
class Value {
 public:
  // Fails if the regular expression is none.
  static Result<Value> parse(std::string_view text) {
    Value value;
    value.text_ = text;
    if (text == "all") {
      value.kind_ = Kind::all;
    } else if (text.starts_with('%')) {
      value.classes_ = classes_of(text.substr(1), false);
      value.kind_ = Kind::classes;
    } else if (text.starts_with('/')) {
      value.kind_ = Kind::pattern;
      if (auto compiled = value.compile(std::string(text.substr(1))); !compiled) return compiled.error();
    } else if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      value.kind_ = Kind::number;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value.number_);
      if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) value.number_ = -1;
    } else if (const std::uint32_t classes = classes_of(text, true); classes != 0) {
      value.classes_ = classes;
      value.kind_ = Kind::classes;
    }
    return value;
  }

  bool matches(int number, const SyscallRow& row) const {
    switch (kind_) {
      case Kind::all:     return true;
      case Kind::classes: return (row.classes & classes_) != 0;
      case Kind::number:  return number == number_;
      case Kind::name:    return row.name == text_;
      case Kind::pattern: return regexec(&pattern_->compiled, row.name.data(), 0, nullptr, 0) == 0;
    }
    return false;
  }

 private:
  enum class Kind { name, number, classes, pattern, all };

  struct Pattern {
    regex_t compiled{};
    bool usable = false;
    ~Pattern() {
      if (usable) regfree(&compiled);
    }
  };

  static std::uint32_t classes_of(std::string_view name, bool bare) {
    for (const ClassName& known : class_names) {
      if (known.name == name && (known.bare || !bare)) return known.classes;
    }
    return 0;
  }

  Result<void> compile(const std::string& expression) {
    if (grows_too_large(expression)) return Error{ErrorKind::unsupported, "regcomp: " + expression + ": Regular expression too big"};
    pattern_ = std::make_unique<Pattern>();
    const int failure = regcomp(&pattern_->compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB);
    pattern_->usable = failure == 0;
    if (failure == 0) return {};
    char why[256];
    regerror(failure, &pattern_->compiled, why, sizeof why);
    return Error{ErrorKind::unsupported, "regcomp: " + expression + ": " + why};
  }

  Kind kind_ = Kind::name;
  std::string_view text_;
  int number_ = -1;
  std::uint32_t classes_ = 0;
  std::unique_ptr<Pattern> pattern_;
};

Error invalid_call(std::string_view text) {
  return {ErrorKind::not_found, "invalid system call '" + std::string(text) + "'"};
}

bool designates(std::string_view designator, Abi abi) {
  if (designator == "x32") return abi == Abi::x32;
  if (designator == "32") return abi == Abi::i386;
  return abi == Abi::x86_64 || abi == Abi::aarch64;
}

// Adds the calls that `token` means.
Result<void> add_token(std::string_view token, SyscallSet& set) {
  std::string_view text = token;
  bool may_be_empty = false;
  while (text.starts_with('?')) {
    text.remove_prefix(1);
    may_be_empty = true;
  }
  std::optional<std::string_view> designator;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    designator = text.substr(at + 1);
    text = text.substr(0, at);
    if (designator != "64" && designator != "32" && designator != "x32") {
      return Error{ErrorKind::usage, "incorrect personality designator '" + std::string(*designator) + "' in qualification '" +
                                         std::string(token) + "'"};
    }
  }
  const Result<Value> value = Value::parse(text);
  if (!value) return value.error();
  bool found = may_be_empty;
  for (const Abi abi : every_abi) {
    if (designator && !designates(*designator, abi)) continue;
    auto& bits = set.chosen[static_cast<unsigned>(abi)];
    for (unsigned number = 0; number < bits.size(); ++number) {
      const SyscallRow* row = row_of(abi, static_cast<SyscallNr>(number));
      if (row == nullptr || !value->matches(static_cast<int>(number), *row)) continue;
      bits[number] = true;
      found = true;
    }
  }
  if (!found) return invalid_call(token);
  return {};
}

}  // namespace

Result<SyscallSet> parse_syscall_set(std::string_view expression) {
  if (expression.size() > longest_expression) return Error{ErrorKind::usage, "a set of system calls is longer than 16 KiB"};
  std::string_view rest = expression;
  bool inverted = false;
  while (rest.starts_with('!')) {
    rest.remove_prefix(1);
    inverted = !inverted;
  }
  SyscallSet set;
  for (const Abi abi : every_abi) set.chosen[static_cast<unsigned>(abi)].resize(table_size(abi));
  bool any = rest == "none" || rest == "all";
  if (any) {
    inverted = inverted != (rest == "all");
    rest = {};
  }
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view token = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (token.empty()) continue;
    any = true;
    if (auto added = add_token(token, set); !added) return added.error();
  }
  if (!any) return invalid_call(expression);
  // Numbers without a name cannot be chosen, and are in every set.
  set.others = true;
  for (const Abi abi : every_abi) {
    auto& bits = set.chosen[static_cast<unsigned>(abi)];
    if (inverted) bits.flip();
    for (unsigned number = 0; number < bits.size(); ++number) {
      if (row_of(abi, static_cast<SyscallNr>(number)) == nullptr) bits[number] = true;
    }
  }
  return set;
}

}  // namespace sysreel::abi
