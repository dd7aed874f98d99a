#include "recorder/block_arena.h"

#include <algorithm>

namespace sysreel {
namespace {

constexpr std::size_t slab_size = 4096;        // holds the blocks of nearly every call
constexpr std::size_t kept_size = 256 * 1024;  // a call that needed more does not make its thread keep it

}  // namespace

std::span<std::byte> BlockArena::allocate(std::size_t size) {
  while (current_ < slabs_.size() && slabs_[current_].size - used_ < size) {
    ++current_;
    used_ = 0;
  }
  if (current_ == slabs_.size()) {
    const std::size_t wanted = std::max(size, slab_size << std::min<std::size_t>(slabs_.size(), 6));
    slabs_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted});
    used_ = 0;
  }
  std::byte* const begin = slabs_[current_].bytes.get() + used_;
  used_ += size;
  total_ += size;
  return {begin, size};
}

void BlockArena::clear() {
  if (total_ > kept_size) slabs_.resize(1);
  current_ = 0;
  used_ = 0;
  total_ = 0;
  blocks_.clear();
}

}  // namespace sysreel
