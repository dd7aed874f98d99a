// Keeps the memory blocks of one call from its entry to its delivery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "format/event.h"

namespace sysreel {

// Owns the bytes that Blocks point to. Addresses stay valid until clear(); memory is reused from call to call.
class BlockArena {
 public:
  // `size` bytes that live until clear(). Their content is undefined.
  std::span<std::byte> allocate(std::size_t size);

  // Gives back the last `unused` bytes of the last allocation.
  void shrink(std::size_t unused) { used_ -= unused; }

  void add(const Block& block) { blocks_.push_back(block); }
  std::span<const Block> blocks() const { return blocks_; }

  // Bytes handed out since clear(), for bounds on what one call may keep.
  std::size_t total() const { return total_; }

  void clear();

 private:
  struct Slab {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::vector<Slab> slabs_;
  std::size_t current_ = 0;  // index of the slab in use
  std::size_t used_ = 0;     // bytes of it handed out
  std::size_t total_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace sysreel
