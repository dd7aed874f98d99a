// Splits a command line into options and the words behind them, as getopt_long(3) does in its POSIX mode.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/option_table.h"

namespace sysreel::tools {

// One option as it was given.
struct GivenOption {
  Option option{};
  std::string spelling;              // "-s" or "--string-limit", abbreviations written out
  std::optional<std::string> value;
};

// A command line in normal form: no clusters, no abbreviations.
struct NormalArgv {
  std::vector<GivenOption> options;  // up to the first mistake
  std::vector<std::string> operands; // from the first word that is no option on, untouched
  std::string mistake;               // what getopt_long would complain about behind `options`; empty: nothing
};

// Normalises `words` (without the program's name). Parsing ends at the first word that is no option, or behind "--".
// Long options may be abbreviated to what is unambiguous.
NormalArgv normalise_argv(std::span<const char* const> words, std::span<const OptionRow> rows);

}  // namespace sysreel::tools
