// What a tracer may ask of processes that still live, besides what the recording tells.
#pragma once

#include <optional>
#include <string>

#include "format/ids.h"

namespace sysreel {

struct Descriptor;

// Answers for this moment. Only live front ends have one; readers of reels go by the events alone.
class LiveState {
 public:
  virtual ~LiveState() = default;
  // Nothing if the process has no such descriptor, or is gone.
  virtual std::optional<Descriptor> descriptor(Pid pid, int fd) = 0;
  // Empty if the process is gone.
  virtual std::string cwd(Pid pid) = 0;
};

}  // namespace sysreel
