// Starts a command and holds it before its execve, so that an engine can take hold of it first.
#pragma once

#include <signal.h>

#include <optional>
#include <string>
#include <vector>

#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel {

// The signal mask and the ignored signals of this process at its start, which a launched command must find again.
// Take it first thing in main, before anything changes them.
struct SignalState {
  sigset_t mask{};
  sigset_t ignored{};

  static SignalState of_this_process();
};

struct LaunchOptions {
  std::vector<std::string> command;              // not empty; the first word is looked up in PATH unless it has a slash
  std::optional<std::string> argv0;              // what the command sees as its name, if not that word
  std::vector<std::string> environment_changes;  // "NAME=value" sets, "NAME" removes, in order
  SignalState signals;
};

// The file that execvp(3) would run: a regular file with an execute bit, found in PATH if `word` has no slash.
// ErrorKind::not_found if there is none (shells exit with 127), denied if it is there and cannot be executed (126).
Result<std::string> find_executable(const std::string& word);

// A child that waits. Descriptors of this process reach the command only if they are not close-on-exec; nothing the
// launch itself needs does.
class LaunchedCommand {
 public:
  // Fails as find_executable does, or with fork's errno.
  static Result<LaunchedCommand> start(const LaunchOptions& options);
  LaunchedCommand(LaunchedCommand&&) = default;
  LaunchedCommand& operator=(LaunchedCommand&&) = default;
  // A child that was not released yet ends without having run anything.
  ~LaunchedCommand() = default;

  int pid() const { return pid_; }

  // Lets it call execve. Call once.
  void release();

  // After release(): nothing while the execve has not been decided, then 0 for success or execve's errno. Does not block.
  std::optional<int> exec_result();

 private:
  LaunchedCommand() = default;
  int pid_ = 0;
  UniqueFd gate_;    // writing a byte opens it, closing it ends the child
  UniqueFd report_;  // the child writes execve's errno; a successful execve closes it
};

}  // namespace sysreel
