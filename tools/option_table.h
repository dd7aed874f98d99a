// The options of strace's command line as rows (strace_options.def): how they are spelled and whether they take a value.
//
// trace-strace and trace-report share this table, so that an option means the same in both.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sysreel::tools {

enum class Option : std::uint8_t {
#define GROUP(title)
#define ALIAS(id, name, takes)
#define OPTION(id, letter, name, takes, value, help) id,
#include "tools/strace_options.def"
#undef OPTION
#undef ALIAS
#undef GROUP
};

enum class Takes : std::uint8_t {
  nothing,
  value,     // -s 32, -s32, --string-limit=32, --string-limit 32
  optional,  // --syscall-times, --syscall-times=ns; the short form takes nothing
};

// One spelling of an option.
struct OptionRow {
  Option option{};
  char letter = 0;        // 0: no short form
  std::string_view name;  // empty: no long form
  Takes takes = Takes::nothing;
};

// Every spelling.
std::span<const OptionRow> option_rows();

// The text of -h: `usage` (the first lines), then one line an option.
void print_option_help(std::string_view usage);

}  // namespace sysreel::tools
