// What SIGINT, SIGTERM and SIGHUP mean to a recording.
#pragma once

#include <atomic>

#include "format/ids.h"

namespace sysreel::tools {

// Handlers for the life of the process; there is one set of signals, hence only static functions.
//
// Attached: any of them ends the recording. With a command: it is for the command to decide. A signal from the terminal
// reached the command, too; one sent to the recorder is passed on, and if the command has not ended after two seconds, or a
// second one comes, the recording ends without it.
class RecordSignals {
 public:
  // Installs the handlers, ignores SIGPIPE, and lets children be waited for whatever the parent process had set.
  static void install();
  // From now on signals that were sent to this process are passed on to the command `pid`.
  static void pass_on_to(int pid);

  // Becomes true when the recording shall end.
  static const std::atomic<bool>& stop();
  // From now on SIGUSR2 asks a flight recorder to write. dump_requested() is true once for each time it was asked.
  static void take_dump_requests();
  static bool dump_requested();

  // To be called now and then: lets the patience with a command run out.
  static void check(Nanos now);
};

// Ends this process by the signal that ended the command, without a core file of its own.
[[noreturn]] void die_by(int signo);

}  // namespace sysreel::tools
