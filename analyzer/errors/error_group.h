// Failures alike: the same errno of the same call on the same object, and what followed from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/failure_object.h"
#include "analyzer/errors/routine.h"
#include "format/abi/errno_of.h"
#include "format/ids.h"

namespace sysreel::errors {

// What followed a failure, the worse the higher.
enum class Consequence : std::uint8_t {
  none,
  endures,         // it went on failing to the end of the process or the recording
  ended,           // the process ended in failure soon after it, without a word
  reported_near,   // the thread wrote a message next
  reported_errno,  // … which tells the errno
  reported_name,   // … which names the object
};

// Text that a program wrote to stderr or a log, as far as it was recorded.
struct Message {
  std::string text;
  std::string to;    // "stderr", or the log's path
  Nanos time;
  bool cut = false;  // more was written than the recording kept
};

struct ErrorGroup {
  int error = 0;  // errno, positive
  std::string call;
  Deed deed = Deed::other;
  FailureObject object;
  RoutineFailure routine;

  std::uint64_t count = 0;
  std::uint64_t handled = 0;          // success on the same object followed
  std::uint64_t longest_streak = 0;   // failures in a row
  Nanos first;                        // ends of the first and last such call, CLOCK_MONOTONIC
  Nanos last;
  Nanos first_gap;                    // between the first two, and the last two
  Nanos last_gap;
  Nanos longest_wait;                 // from a failure to the success that followed

  Pid pid{};                          // of the first one
  Tid tid{};
  std::string comm;
  bool several_threads = false;
  std::string example;                // the first one, as a line of text

  Consequence consequence = Consequence::none;
  Message said;                       // if reported
  std::optional<int> end_status;      // wait status, if the process ended in failure because of it
  std::vector<std::string> facts;     // what the rule of its errno saw when it happened first

  void add(Nanos time, Tid thread) {
    if (count++ == 0) first = time;
    if (count == 2) first_gap = time - last;
    if (count > 1) last_gap = time - last;
    last = time;
    if (thread != tid) several_threads = true;
  }
};

// Errors that say "not now" rather than "no": the caller is expected to try again.
constexpr bool is_not_now(int error) {
  using abi::errno_of;
  return error == errno_of("EAGAIN") || error == errno_of("EINTR") || error == errno_of("EINPROGRESS") ||
         error == errno_of("EALREADY") || (error >= errno_of("ERESTARTSYS") && error <= errno_of("ERESTART_RESTARTBLOCK"));
}

// A path does not lead anywhere.
constexpr bool is_missing(int error) { return error == abi::errno_of("ENOENT") || error == abi::errno_of("ENOTDIR"); }

}  // namespace sysreel::errors
