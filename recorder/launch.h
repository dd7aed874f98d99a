// Starts a command and holds it before its execve, so that an engine can take hold of it first.
#pragma once

#include <linux/filter.h>
#include <signal.h>
#include <sys/types.h>

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

// Whom a command runs as. Set-id bits of its file count, as if the user had started it.
struct LaunchUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
};

struct LaunchOptions {
  std::vector<std::string> command;              // not empty; the first word is looked up in PATH unless it has a slash
  std::optional<std::string> executable;         // the file to run, instead of looking that word up
  std::optional<std::string> argv0;              // what the command sees as its name, if not that word
  std::vector<std::string> environment_changes;  // "NAME=value" sets, "NAME" removes, in order
  int stdout_fd = -1;                            // what the command gets as standard output; -1: this process's
  std::vector<sock_filter> seccomp_filter;       // installed just before execve, for the command's whole life; empty: none
  SignalState signals;
  std::optional<LaunchUser> user;                // whom it runs as
  int failure_status = 126;                      // the child's exit status if its execve fails
};

// The file that execvp(3) would run: a regular file with an execute bit, found in PATH if `word` has no slash.
// ErrorKind::not_found if there is none (shells exit with 127), denied if it is there and cannot be executed (126).
Result<std::string> find_executable(const std::string& word);

// Has the present process wait until `tracer` (a descriptor) reads as ended, and become the command. For tracers that are no
// parents of what they trace: they hold the other end, attach meanwhile and write a byte. Returns only if the preparation failed;
// a failed execve ends the process with failure_status, after `on_failure` was told its errno.
Error become_command(const LaunchOptions& options, int gate, void (*on_failure)(int));

// A child that waits. Descriptors of this process reach the command only if they are not close-on-exec; nothing the
// launch itself needs does.
class LaunchedCommand {
 public:
  // Fails as find_executable does, or with fork's errno. On return the child has what the command will inherit: descriptors
  // (besides those that are close-on-exec), folders, limits.
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
