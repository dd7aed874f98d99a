// The beginning of a line: which task, when, which call number, at which instruction.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "analyzer/model/model.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"
#include "format/event.h"

namespace sysreel::text {

// Turns the recorder's monotonic time into text, as -t, -tt, -ttt and -r ask for it. Used by one thread.
class LineLeader {
 public:
  explicit LineLeader(const TextOptions& options) : options_(options) {}

  // Relates the clocks from here on; a step of the wall clock shows in the lines that follow.
  void relate(Nanos monotonic, Nanos realtime) { offset_ = realtime - monotonic; }

  // Writes the leader of a line that `tid` prints at `time`. `call` is the one the line is about, or else nullptr.
  void print(Out& out, const Model& model, Tid tid, Nanos time, const Call* call, std::uint64_t ip = 0);

  // Remembers the number of a thread's call: lines about something else show the last one under -n.
  void note(Tid tid, SyscallNr nr) {
    if (options_.syscall_number) last_number_[sysreel::raw(tid)] = nr;
  }

 private:
  void put_pid(Out& out, const Model& model, Tid tid);
  void put_absolute(Out& out, Nanos time);
  void put_relative(Out& out, Nanos time);

  const TextOptions& options_;
  Nanos offset_{};
  Nanos last_{-1};                 // when the line before was printed, for -r
  std::int64_t cached_second_ = -1;  // the second whose text is in cached_text_
  std::string cached_text_;
  Tid cached_tid_{};               // whose leader without a name is in cached_pid_
  std::string cached_pid_;
  std::unordered_map<int, SyscallNr> last_number_;  // by thread
};

// The fraction of a second in `nanoseconds`, as ".123456"; nothing at a precision of seconds.
void put_fraction(Out& out, std::int64_t nanoseconds, Precision precision);

}  // namespace sysreel::text
