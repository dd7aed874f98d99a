// The command line of trace-record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/ids.h"
#include "format/result.h"
#include "recorder/engine.h"
#include "recorder/event_source.h"
#include "recorder/flight_recorder.h"
#include "recorder/flight_trigger.h"
#include "recorder/limits.h"
#include "recorder/redact/rules.h"
#include "recorder/target_query.h"

namespace sysreel::tools {

struct RotateOption {
  std::uint64_t bytes = 0;
  std::size_t keep = 10;
};

struct RecordCommand {
  RecordOptions record;
  RecordLimits limits;
  EngineChoice engine = EngineChoice::automatic;
  std::vector<Pid> targets;                      // -p
  TargetQuery query;                             // --comm, --cgroup, --container, -a
  std::optional<Nanos> duration;                 // unset: the default; 0: unlimited
  std::optional<std::uint64_t> max_size;         // the same
  std::optional<std::uint64_t> keep_free;        // the same
  std::optional<std::uint64_t> max_memory;       // the same
  std::optional<RotateOption> rotate;
  std::optional<FlightSpan> flight;
  TriggerRules triggers;                         // --on
  bool dump = false;
  std::vector<Pid> dump_pids;                    // with --dump: a recorder's, or of who is recorded; empty: no choice
  bool check = false;
  bool json = false;                             // with --check
  std::vector<std::string> command;              // behind the options
  std::string output;                            // -o; "-" is standard output, empty: a name is made up
  std::string filter;                            // -e trace=, as given
  std::vector<std::string> environment_changes;  // -E
  std::optional<std::string> argv0;
  std::optional<std::string> user;               // -u
  std::vector<std::string> notes;                // hints for the user that are no errors
  std::vector<UserRule> redaction;               // --redact, beside those that are always there
  bool redact = true;
  bool force = false;
  bool quiet = false;
  bool help = false;
  bool version = false;
};

// Parses the words behind the program's name. Options end at the first word that is none; nothing behind it is looked at.
// Fails (ErrorKind::usage) with a sentence that names the option.
Result<RecordCommand> parse_record_command(std::span<const char* const> words);

// What a command line says of a recording, without a look at anything that it names: for those that run already.
struct RecordGlance {
  bool flight = false;
  bool follow_forks = false;
  std::string output;  // empty: a name was made up
  std::vector<Pid> targets;
};
RecordGlance glance_at_record_command(std::span<const char* const> words);

// The text of --help.
std::string record_help();

}  // namespace sysreel::tools
