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
  // `bytes` begin with an sr_fd and are as long as it says.
  explicit FdIdentity(ByteSpan bytes);

  bool is_folder() const { return kernel_.fd == SR_FD_FOLDER; }

  // Everything but whose it is and when. The path is empty if the kernel's facts do not tell it.
  FdFact fact();

  // Whether there is nothing left to ask /proc for.
  bool is_whole() const;

  // The path of the file; empty if its names do not tell it.
  std::string path() const;

  // Reads the path from /proc/PID/fd (late), provided that the descriptor still is the same file there.
  void find_path(FdFact& fact);

 private:
  void add_addresses(FdFact& fact);
  ByteSpan internet_address(std::array<std::byte, 28>& into, const std::uint8_t* ip, std::uint16_t port) const;
  ByteSpan unix_address(std::size_t at, std::size_t length);
  std::string path_of_names() const;

  sr_fd kernel_;
  ByteSpan behind_;
  std::array<std::byte, 28> local_{};  // sockaddr_in, sockaddr_in6 or sockaddr_nl
  std::array<std::byte, 28> peer_{};
  std::string path_;
  std::string extra_;
};

}  // namespace sysreel
