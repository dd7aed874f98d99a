// Finds out by which calls a stopped thread came where it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "format/ids.h"

namespace sysreel {

// What a walk over a stack starts from.
struct StackTop {
  Pid pid{};
  Tid tid{};
  std::uint64_t ip = 0;
  std::uint64_t frame = 0;  // frame pointer register
};

// Asked only while the thread is stopped by its tracer, which is this thread. Used by one thread.
class Unwinder {
 public:
  virtual ~Unwinder() = default;
  // Adds the code addresses of the innermost `most` frames: where the thread is, then return addresses.
  virtual void unwind(const StackTop& top, std::size_t most, std::vector<std::uint64_t>& stack) = 0;
  // The process has ended.
  virtual void forget(Pid pid) { static_cast<void>(pid); }
};

// Follows frame pointers, as the eBPF engine does: needs no file of the program, and sees only what was built with them.
std::unique_ptr<Unwinder> make_frame_pointer_unwinder();

}  // namespace sysreel
