// What a command line of strace asks for: the text, the recording, the summary, and how to deal with the traced program.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/stats/summary_table.h"
#include "analyzer/text/text_options.h"
#include "format/result.h"
#include "tools/passwd.h"

namespace sysreel::tools {

enum class Summary : std::uint8_t { none, only, with_text };                             // -c, -C
enum class Daemonize : std::uint8_t { no, grandchild, process_group, session };          // -D, -DD, -DDD
enum class Interruptible : std::uint8_t { unset, anywhere, waiting, never, never_tstp };  // -I
enum class ColorMode : std::uint8_t { automatic, always, never };

// Whether text is painted; `terminal`: it goes to one.
bool wants_color(ColorMode mode, bool terminal);

struct StraceOptions {
  text::TextOptions text;

  // what to trace
  std::vector<std::string> command;  // PROG [ARGS]; empty: none
  std::vector<int> attach;           // -p, each once
  std::optional<std::string> argv0;
  std::vector<std::string> environment;  // -E, in order: VAR=VAL sets, VAR removes
  std::optional<User> user;              // -u
  std::string engine = "ptrace";         // --engine
  bool follow_forks = false;
  bool detach_on_execve = false;
  bool kill_on_exit = false;
  bool seccomp_bpf = false;
  bool redact = false;
  bool debug = false;
  Daemonize daemonize = Daemonize::no;
  Interruptible interruptible = Interruptible::waiting;

  // where the text goes
  std::optional<std::string> output;  // -o; unset: stderr
  bool append = false;
  bool output_separately = false;     // OUTPUT.PID for each process
  ColorMode color = ColorMode::automatic;

  Summary summary = Summary::none;
  stats::SummaryOptions summary_options;

  // instead of tracing
  bool help = false;
  unsigned version = 0;               // how often -V was given
  bool only_tips = false;             // --tips without anything to trace
};

// Interprets `words` (without the program's name). Says in `notes`, in order, what strace would say on stderr while it
// goes on. A failure of ErrorKind::usage is one behind which strace points to -h.
// Reads /etc/passwd for -u, and resolves the paths of -P.
Result<StraceOptions> parse_strace_options(std::span<const char* const> words, std::vector<std::string>& notes);

}  // namespace sysreel::tools
