// Finds out what a file descriptor of another process is.
#pragma once

#include <sys/socket.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "format/event.h"
#include "format/unique_fd.h"

namespace sysreel {

// Asks /proc, and for sockets a copy of the descriptor (pidfd_getfd(2), Linux 5.6; it takes no state from the owner).
// Used by one thread. The strings and spans of a fact point into this object until the next call.
class FdLookup {
 public:
  // Fills kind, mode, device, inode, special, open_flags, offset, path and what belongs to sockets. False if the thread has
  // no such descriptor.
  bool look_up(Pid pid, Tid tid, int fd, FdFact& fact);

  // Whether a descriptor is a netlink socket. The answer is kept by inode.
  bool is_netlink(Pid pid, Tid tid, int fd);

  // The descriptors that a thread has open now, in ascending order.
  static std::vector<int> open_fds(Tid tid);

  // Lets go of what is kept for a process. Call when it ends.
  void forget(Pid pid) { pidfds_.erase(raw(pid)); }

 private:
  void add_fdinfo(const std::string& folder, int fd, FdFact& fact);
  void add_socket(Pid pid, int fd, FdFact& fact);
  int pidfd_of(Pid pid);

  std::unordered_map<int, UniqueFd> pidfds_;
  std::unordered_map<std::string, bool> netlink_;  // by "socket:[inode]"
  std::string path_;
  std::string extra_;
  sockaddr_storage local_{};
  sockaddr_storage peer_{};
};

}  // namespace sysreel
