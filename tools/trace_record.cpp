// Records the system calls of a command or of running processes into a reel.
#include <fmt/format.h>

#include <cstdio>

#include "recorder/host.h"
#include "tools/check.h"
#include "tools/flight_request.h"
#include "tools/record_say.h"
#include "tools/record_signals.h"
#include "tools/recording.h"
#include "tools/standard_descriptors.h"

namespace sysreel::tools {
namespace {

int request_dumps(const RecordCommand& command) {
  const auto asked = request_flight_dumps({command.dump_pids, command.output});
  if (!asked) return fail(asked.error());
  say(fmt::format("{} flight recorder{} asked to write", *asked, *asked == 1 ? "" : "s"));
  return 0;
}

int record(int argc, char** argv) {
  const SignalState signals = SignalState::of_this_process();
  keep_standard_descriptors();
  const std::span<const char* const> words(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  auto command = parse_record_command(words);
  if (!command) return fail(command.error());
  if (command->help) {
    fmt::print("{}", record_help());
    return 0;
  }
  if (command->version) {
    fmt::print("trace-record {}\n", header_of_this_host().recorder_version);
    return 0;
  }
  if (command->dump) return request_dumps(*command);
  if (command->check) return check(*command);
  RecordSignals::install();
  return run_recording(*command, words, signals);
}

}  // namespace
}  // namespace sysreel::tools

int main(int argc, char** argv) { return sysreel::tools::record(argc, argv); }
