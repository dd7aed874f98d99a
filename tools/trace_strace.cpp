// trace-strace: strace's command line, live. Records with an engine of ours and prints through the same text as trace-report.
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tools/option_table.h"
#include "tools/program_name.h"
#include "tools/strace_options.h"
#include "tools/strace_session.h"

namespace {

constexpr const char* usage =
    "Usage: trace-strace [OPTION]... { -p PID | PROG [ARGS] }\n"
    "Prints the system calls and signals of a program as strace does. The first word that is no option starts PROG.\n";

constexpr const char* version =
    "trace-strace -- version 0.1.0 (sysreel)\n"
    "Accepts the options of strace and prints the same text.\n"
    "\n"
    "Optional features enabled: stack-trace=libdw m32-mpers\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace sysreel;
  const SignalState signals = SignalState::of_this_process();
  const tools::ProgramName name(argc, argv);
  const std::vector<const char*> words(argv + (argc > 0 ? 1 : 0), argv + argc);

  std::vector<std::string> notes;
  Result<tools::StraceOptions> options = tools::parse_strace_options(words, notes);
  for (const std::string& note : notes) name.say(note);
  if (!options) return name.fail(options.error());
  if (options->help) {
    tools::print_option_help(usage);
    return 0;
  }
  if (options->version > 0) {
    fmt::print("{}", version);
    return 0;
  }
  if (options->only_tips) return 0;
  return tools::run_strace(name, *std::move(options), signals);
}
