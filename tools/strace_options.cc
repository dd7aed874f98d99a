// From a command line to what it asks for: split it, apply option after option, settle how they go together.
#include "tools/strace_options.h"

#include <cstdlib>
#include <utility>

#include "tools/argv.h"
#include "tools/given_options.h"
#include "tools/option_agreement.h"
#include "tools/option_effects.h"

namespace sysreel::tools {

bool wants_color(ColorMode mode, bool terminal) {
  const char* const refusal = std::getenv("NO_COLOR");  // see no-color.org
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  return terminal && (refusal == nullptr || *refusal == '\0');
}

Result<StraceOptions> parse_strace_options(std::span<const char* const> words, std::vector<std::string>& notes) {
  NormalArgv argv = normalise_argv(words, option_rows());
  GivenOptions given;
  StraceOptions& options = given.options;
  for (const GivenOption& option : argv.options) {
    if (auto applied = apply_option(given, option); !applied) return applied.error();
    if (options.help) return std::move(options);
  }
  const auto wrong = [](std::string message) { return Error{ErrorKind::usage, std::move(message)}; };
  if (!argv.mistake.empty()) return wrong(std::move(argv.mistake));
  if (options.version > 0) return std::move(options);
  options.command = std::move(argv.operands);
  if (options.command.empty() && options.attach.empty()) {
    if (!given.tips) return wrong("must have PROG [ARGS] or -p PID");
    options.only_tips = true;
    return std::move(options);
  }
  if (auto settled = settle_options(given, notes); !settled) return settled.error();
  return std::move(options);
}

}  // namespace sysreel::tools
