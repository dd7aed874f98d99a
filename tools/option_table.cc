// Expands strace_options.def to the rows the parser searches and to the text of -h.
#include "tools/option_table.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace sysreel::tools {
namespace {

constexpr OptionRow rows[] = {
#define GROUP(title)
#define ALIAS(id, name, takes) {Option::id, 0, name, Takes::takes},
#define OPTION(id, letter, name, takes, value, help) {Option::id, letter, name, Takes::takes},
#include "tools/strace_options.def"
#undef OPTION
#undef ALIAS
#undef GROUP
};

void print_group(std::string_view title) { fmt::print("\n{}:\n", title); }

void print_row(const OptionRow& row, std::string_view value, std::string_view help) {
  if (help.empty()) return;
  std::string left = "  ";
  if (row.letter != 0) {
    left += fmt::format("-{}", row.letter);
    if (row.takes == Takes::value) left += fmt::format(" {}", value);
  }
  if (!row.name.empty()) {
    left += fmt::format("{}--{}", row.letter != 0 ? ", " : "", row.name);
    if (row.takes == Takes::value) left += fmt::format("={}", value);
    if (row.takes == Takes::optional) left += fmt::format("[={}]", value);
  }
  fmt::print("{}\n                 {}\n", left, help);
}

}  // namespace

std::span<const OptionRow> option_rows() { return rows; }

void print_option_help(std::string_view usage) {
  fmt::print("{}", usage);
#define GROUP(title) print_group(title);
#define ALIAS(id, name, takes)
#define OPTION(id, letter, name, takes, value, help) print_row({Option::id, letter, name, Takes::takes}, value, help);
#include "tools/strace_options.def"
#undef OPTION
#undef ALIAS
#undef GROUP
}

}  // namespace sysreel::tools
