// Keeps descriptors 0 to 2 from being taken by files of ours.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace sysreel::tools {

// Puts /dev/null where this process was started with a standard descriptor closed, so that no reel is written over by a
// diagnostic. Close-on-exec: a launched command finds them closed, as it would have without us.
inline void keep_standard_descriptors() {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) ::close(fd);
}

}  // namespace sysreel::tools
