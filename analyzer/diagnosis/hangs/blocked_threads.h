// Which threads were in a call when the recording ended, and since when.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// What a blocked thread waits for.
enum class WaitsFor : std::uint8_t {
  nothing,   // time, or whatever may come: nanosleep, epoll_wait, accept; as idle threads do
  data,      // read of a pipe or socket
  room,      // write to a pipe or socket
  lock,      // flock, fcntl(F_SETLKW)
  wake,      // futex without a timeout
  child,     // wait4, waitid
  device,    // fsync, open: the kernel is at work
};

struct Blocked {
  Pid pid{};
  Tid tid{};
  Nanos start;
  WaitsFor what = WaitsFor::nothing;
  std::uint64_t object = 0;  // inode of a pipe or socket, address of a futex, pid waited for (0: any)
  std::uint64_t peer = 0;    // inode of the socket at the other end; 0: unknown
  bool pipe = false;
  std::string on;            // "3<pipe:[123]>"
  std::string name;          // of the process, as it was then: at the end of a recording its tasks are forgotten
  std::set<int> enders;      // recorded processes one of which must act for the wait to end; empty if they are not known
  Evidence evidence;
};

// Keeps the call in flight of each thread, as the recorder notes them when a chunk closes. Calls that end erase it.
class BlockedThreads {
 public:
  // Returns the thread's entry if the call is in flight, else nullptr.
  Blocked* on(const Call& call, const Scene& scene);
  void on(const TaskExit& exit) { threads_.erase(raw(exit.tid)); }
  // Those whose call began before `latest_start`.
  std::vector<Blocked> since_before(Nanos latest_start) const;

 private:
  BoundedMap<int, Blocked> threads_{65536};
};

}  // namespace sysreel
