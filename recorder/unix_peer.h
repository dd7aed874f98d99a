// Asks the kernel which unix socket is at the other end of one.
#pragma once

#include <cstdint>

namespace sysreel {

// Inode of the peer of the unix socket `inode`, in this process's network namespace; 0 if it has none or is not known.
// By sock_diag(7).
std::uint32_t unix_peer_of(std::uint32_t inode);

}  // namespace sysreel
