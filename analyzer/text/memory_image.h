// The tracee's memory as one call's blocks show it: read by address, as a debugger would.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "format/event.h"

namespace sysreel::text {

// A view of the blocks of one call; owns nothing.
class MemoryImage {
 public:
  explicit MemoryImage(std::span<const Block> blocks) : blocks_(blocks) {}

  // `length` bytes that the kernel read at `address`: as they were at entry, or where they were copied only at exit, as
  // they were then. Nothing if any byte of them was not readable or not captured.
  std::optional<ByteSpan> input(std::uint64_t address, std::size_t length) const;

  // `length` bytes at `address` as they were at exit.
  std::optional<ByteSpan> output(std::uint64_t address, std::size_t length) const;

  // As many of `length` bytes as there are, and the block's end: for strings and buffers.
  struct Run {
    ByteSpan bytes;
    bool cut_by_limit = false;
    bool faulted = false;  // the memory ended before `length`
  };
  Run input_run(std::uint64_t address, std::size_t length) const;
  Run output_run(std::uint64_t address, std::size_t length) const;

 private:
  std::span<const Block> blocks_;
};

}  // namespace sysreel::text
