// Where trace-strace writes: stderr, a file, a command's input, or a file for each task.
#pragma once

#include <sys/types.h>

#include <string>
#include <unordered_map>

#include "analyzer/text/text_renderer.h"
#include "format/result.h"
#include "format/unique_fd.h"
#include "tools/program_name.h"
#include "tools/strace_options.h"

namespace sysreel::tools {

// Owns what it opened; every descriptor is close-on-exec. Pieces are written as they come, without a buffer, so that a reader
// of the file sees the call in which the program hangs. Used by one thread.
class TextOutput final : public text::TextSink {
 public:
  // Opens what -o, -A and -ff say. Borrows both arguments.
  static Result<TextOutput> open(const StraceOptions& options, const ProgramName& name);
  TextOutput(TextOutput&&) = default;

  void write(Tid tid, std::string_view text) override;
  void exchange(Tid from, Tid to) override;

  // The task wrote its last piece.
  void forget(Tid tid) { files_.erase(raw(tid)); }

  // Closes the output and waits for the command it was piped into.
  void close();

  // The process of the command that the text is piped into; 0: none.
  pid_t command() const { return command_; }
  // Somebody has waited for it already.
  void command_ended() { command_ = 0; }
  bool is_terminal() const;

 private:
  TextOutput(const StraceOptions& options, const ProgramName& name) : options_(&options), name_(&name) {}
  Result<void> open_command(const std::string& command);
  Result<UniqueFd> open_file(const std::string& path) const;
  int file_of(Tid tid);

  const StraceOptions* options_;
  const ProgramName* name_;
  UniqueFd own_;                            // the common file or pipe
  std::unordered_map<int, UniqueFd> files_;  // by tid
  pid_t command_ = 0;
};

}  // namespace sysreel::tools
