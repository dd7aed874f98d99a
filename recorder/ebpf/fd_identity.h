// What a new descriptor is: the kernel's facts about its struct file as an FdFact.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "format/event.h"
#include "recorder/ebpf/record.h"

namespace sysreel {

// Holds the text and addresses that the fact points to; it must outlive the fact.
class FdIdentity {
 public:
  explicit FdIdentity(const sr_fd& kernel) : kernel_(kernel) {}

  // Everything but whose it is, when, and the path.
  FdFact fact();

  // Internet sockets: the kernel's facts say everything.
  bool is_whole_without_lookup() const;

  // The path of a socket, as /proc makes it up: "socket:[INODE]".
  void name_by_inode(FdFact& fact);

  // Reads the path from /proc/PID/fd (late), provided that the descriptor still is the same file there.
  void find_path(FdFact& fact);

 private:
  ByteSpan address(std::array<std::byte, 28>& into, const std::uint8_t* ip, std::uint16_t port) const;

  sr_fd kernel_;
  std::array<std::byte, 28> local_{};  // sockaddr_in or sockaddr_in6
  std::array<std::byte, 28> peer_{};
  std::string path_;
};

}  // namespace sysreel
