// strace's table of calls (-c) and text with the table behind (-C), from reels.
#pragma once

#include <span>

#include "tools/program_name.h"
#include "tools/strace_options.h"

namespace sysreel::tools {

// Whether a command line asks for strace's table. Options stand before the names of reels, as with strace.
bool asks_for_summary(std::span<const char* const> words);

// Parses a command line of strace's options and reels' names, prints on standard output what it asks for, and returns the exit
// status. All reels are counted in one table.
int summarise(std::span<const char* const> words, const ProgramName& name);

}  // namespace sysreel::tools
