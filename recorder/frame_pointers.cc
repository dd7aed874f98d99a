// A frame pointer points to the caller's frame pointer, behind which the return address stands (x86-64 and AArch64 psABI).
#include <array>
#include <cstring>

#include "recorder/tracee_memory.h"
#include "recorder/unwinder.h"

namespace sysreel {
namespace {

class FramePointerUnwinder final : public Unwinder {
 public:
  void unwind(const StackTop& top, std::size_t most, std::vector<std::uint64_t>& stack) override {
    const LiveMemory memory(top.tid);
    stack.push_back(top.ip);
    std::uint64_t frame = top.frame;
    while (stack.size() < most && frame != 0 && frame % sizeof(std::uint64_t) == 0) {
      std::array<std::byte, 2 * sizeof(std::uint64_t)> bytes;
      if (memory.read(frame, bytes) != bytes.size()) return;
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), bytes.data(), sizeof words);
      const auto [caller, return_address] = words;
      if (return_address == 0) return;
      stack.push_back(return_address);
      if (caller <= frame) return;  // stacks grow down: anything else is no frame
      frame = caller;
    }
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_frame_pointer_unwinder() { return std::make_unique<FramePointerUnwinder>(); }

}  // namespace sysreel
