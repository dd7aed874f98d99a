// Finds the row that a word means: letters of clusters, long names and their unambiguous beginnings.
#include "tools/argv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sysreel::tools {
namespace {

const OptionRow* find_letter(std::span<const OptionRow> rows, char letter) {
  for (const OptionRow& row : rows) {
    if (row.letter == letter) return &row;
  }
  return nullptr;
}

class Parser {
 public:
  Parser(std::span<const char* const> words, std::span<const OptionRow> rows) : words_(words), rows_(rows) {}

  NormalArgv run() {
    while (next_ < words_.size() && result_.mistake.empty()) {
      const std::string_view word = words_[next_];
      if (word == "--") {
        ++next_;
        break;
      }
      if (word.size() < 2 || word[0] != '-') break;
      ++next_;
      if (word[1] == '-') {
        take_long(word.substr(2));
      } else {
        take_cluster(word.substr(1));
      }
    }
    if (result_.mistake.empty()) result_.operands.assign(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    return std::move(result_);
  }

 private:
  void take_cluster(std::string_view letters) {
    while (!letters.empty()) {
      const char letter = letters.front();
      letters.remove_prefix(1);
      const OptionRow* row = find_letter(rows_, letter);
      if (row == nullptr) return mistake(fmt::format("invalid option -- '{}'", letter));
      const std::string spelling = {'-', letter};
      if (row->takes != Takes::value) {
        give(*row, spelling, std::nullopt);
        continue;
      }
      if (!letters.empty()) return give(*row, spelling, std::string(letters));
      if (next_ == words_.size()) return mistake(fmt::format("option requires an argument -- '{}'", letter));
      return give(*row, spelling, words_[next_++]);
    }
  }

  void take_long(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string_view::npos) value = text.substr(equals + 1);
    const OptionRow* row = find_name(name, text);
    if (row == nullptr) return;
    const std::string spelling = fmt::format("--{}", row->name);
    if (row->takes == Takes::nothing && value) return mistake(fmt::format("option '{}' doesn't allow an argument", spelling));
    if (row->takes == Takes::value && !value) {
      if (next_ == words_.size()) return mistake(fmt::format("option '{}' requires an argument", spelling));
      value = words_[next_++];
    }
    give(*row, spelling, std::move(value));
  }

  // The row whose name is `name`, or the only meaning of which it is the beginning. Notes the mistake if there is none, with
  // the whole word, as getopt_long(3) does.
  const OptionRow* find_name(std::string_view name, std::string_view word) {
    std::vector<const OptionRow*> candidates;
    bool ambiguous = false;
    for (const OptionRow& row : rows_) {
      if (row.name.empty() || !row.name.starts_with(name)) continue;
      if (row.name == name) return &row;
      ambiguous = ambiguous || (!candidates.empty() && candidates.front()->option != row.option);
      candidates.push_back(&row);
    }
    if (candidates.empty()) {
      mistake(fmt::format("unrecognized option '--{}'", word));
      return nullptr;
    }
    if (!ambiguous) return candidates.front();
    std::stable_sort(candidates.begin(), candidates.end(), [](const auto* a, const auto* b) { return place(*a) < place(*b); });
    std::string text = fmt::format("option '--{}' is ambiguous; possibilities:", word);
    for (const OptionRow* candidate : candidates) text += fmt::format(" '--{}'", candidate->name);
    mistake(std::move(text));
    return nullptr;
  }

  // Where strace lists an option among the possible ones: by its letter, small before capital, those without a letter last.
  static int place(const OptionRow& row) {
    const auto letter = static_cast<unsigned char>(row.letter);
    return letter == 0 ? 512 : 2 * std::tolower(letter) + (std::isupper(letter) != 0);
  }

  void give(const OptionRow& row, std::string spelling, std::optional<std::string> value) {
    result_.options.push_back({row.option, std::move(spelling), std::move(value)});
  }
  void mistake(std::string text) { result_.mistake = std::move(text); }

  std::span<const char* const> words_;
  std::span<const OptionRow> rows_;
  std::size_t next_ = 0;
  NormalArgv result_;
};

}  // namespace

NormalArgv normalise_argv(std::span<const char* const> words, std::span<const OptionRow> rows) {
  return Parser(words, rows).run();
}

}  // namespace sysreel::tools
