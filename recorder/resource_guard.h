// Ends a recording before it takes what others need: space on the disk, memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/event.h"
#include "format/unique_fd.h"

namespace sysreel {

// The file system that a descriptor's file is on.
struct DiskSpace {
  std::uint64_t free = 0;   // for this user; where files are memory, no more than the machine has left
  std::uint64_t total = 0;
};
// Nothing for pipes, sockets and devices.
std::optional<DiskSpace> disk_space_of(int fd);

// What a recording leaves free if nothing else is asked for: the smaller of 5 % and 512 MiB.
std::uint64_t default_floor(const DiskSpace& space);

// How long a reel may get if nothing else is asked for: the smaller of 4 GiB and half of what is free.
std::uint64_t default_reel_bytes(const DiskSpace& space);

// Memory of this process that is in use, in bytes.
std::uint64_t memory_in_use();

// An end that is not the target's: what stands in the reel's End, and words where the reason alone does not say it.
struct Stop {
  EndReason reason = EndReason::unknown;
  std::string message;
};

struct GuardLimits {
  std::optional<std::uint64_t> free_bytes;  // to be left on the file system; unset: default_floor(), 0: none
  std::uint64_t memory = 0;                 // of this process; 0: no limit
};

// Looks at most a few times a second, however often it is asked. Used by one thread.
class ResourceGuard {
 public:
  // Watches the file system that `place`, a file or a folder, is on.
  ResourceGuard(UniqueFd place, const GuardLimits& limits) : place_(std::move(place)), limits_(limits) {}

  // Why to stop, if there is a reason at `now`.
  std::optional<Stop> check(Nanos now);

 private:
  UniqueFd place_;
  GuardLimits limits_;
  Nanos looked_;
};

}  // namespace sysreel
