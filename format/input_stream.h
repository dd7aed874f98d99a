// The bytes of a file or a pipe, front to back, with as much look-ahead as asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/event.h"
#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel {

// Buffers what was looked at and not yet passed. Memory grows with the bytes that really come, never with the bytes wanted,
// so that a lying length costs nothing. Used by one thread at a time.
class InputStream {
 public:
  // A regular file begins at its current position, which is offset 0 from then on.
  explicit InputStream(UniqueFd in);

  // At least `wanted` bytes from offset() on, or all there are before the end. Valid until the next call of any function.
  Result<ByteSpan> peek(std::size_t wanted);
  // Passes over `count` bytes, if there are as many. A file seeks and does not read them.
  Result<void> skip(std::uint64_t count);
  std::uint64_t offset() const { return offset_; }

  bool seekable() const { return seekable_; }
  // Of a file, from offset 0; 0 for a pipe.
  std::uint64_t size() const { return size_; }
  // `count` bytes at `offset` of a file, fewer at its end. Leaves offset() alone.
  Result<std::vector<std::byte>> read_at(std::uint64_t offset, std::size_t count) const;
  // Goes to any offset of a file.
  void seek(std::uint64_t offset);

 private:
  std::size_t buffered() const { return end_ - begin_; }

  UniqueFd in_;
  bool seekable_ = false;
  bool at_end_ = false;
  std::uint64_t origin_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sysreel
