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
#include "recorder/limits.h"

namespace sysreel::tools {

struct RecordCommand {
  RecordOptions record;
  RecordLimits limits;
  EngineChoice engine = EngineChoice::automatic;
  std::vector<Pid> targets;                      // -p
  std::vector<std::string> command;              // behind the options
  std::string output;                            // -o; "-" is standard output, empty: a name is made up
  std::string filter;                            // -e trace=, as given
  std::vector<std::string> environment_changes;  // -E
  std::optional<std::string> argv0;
  std::optional<std::string> user;               // -u
  std::vector<std::string> notes;                // hints for the user that are no errors
  bool force = false;
  bool quiet = false;
  bool help = false;
  bool version = false;
};

// Parses the words behind the program's name. Options end at the first word that is none; nothing behind it is looked at.
// Fails (ErrorKind::usage) with a sentence that names the option.
Result<RecordCommand> parse_record_command(std::span<const char* const> words);

// The text of --help.
std::string record_help();

}  // namespace sysreel::tools
