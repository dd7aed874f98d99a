#include "analyzer/text/memory_image.h"

#include <algorithm>

namespace sysreel::text {
namespace {

// Bytes of `block` from `address` on, empty if it does not reach there.
ByteSpan from(const Block& block, std::uint64_t address) {
  if (address < block.address || address - block.address > block.data.size()) return {};
  return block.data.subspan(static_cast<std::size_t>(address - block.address));
}

// Whether the block speaks about `address` at all, were it only to say that nothing could be read there.
bool covers(const Block& block, std::uint64_t address) {
  return address >= block.address && (address - block.address < block.data.size() || address == block.address);
}

std::optional<ByteSpan> whole(std::span<const Block> blocks, std::uint64_t address, std::size_t length, Phase phase) {
  for (const Block& block : blocks) {
    if (block.phase != phase) continue;
    const ByteSpan bytes = from(block, address);
    if (bytes.size() >= length && covers(block, address)) return bytes.first(length);
  }
  return std::nullopt;
}

// The block of this phase that shows most of the memory from `address` on.
const Block* longest(std::span<const Block> blocks, std::uint64_t address, Phase phase) {
  const Block* best = nullptr;
  std::size_t best_size = 0;
  for (const Block& block : blocks) {
    if (block.phase != phase || !covers(block, address)) continue;
    const std::size_t size = from(block, address).size();
    if (!best || size > best_size) {
      best = &block;
      best_size = size;
    }
  }
  return best;
}

MemoryImage::Run run_of(const Block& block, std::uint64_t address, std::size_t length) {
  const ByteSpan bytes = from(block, address);
  if (bytes.size() >= length) return {bytes.first(length), false, false};
  return {bytes, block.end == BlockEnd::limit, block.end == BlockEnd::fault};
}

}  // namespace

std::optional<ByteSpan> MemoryImage::input(std::uint64_t address, std::size_t length) const {
  if (length == 0) return ByteSpan{};
  if (auto at_entry = whole(blocks_, address, length, Phase::entry)) return at_entry;
  return whole(blocks_, address, length, Phase::exit);
}

std::optional<ByteSpan> MemoryImage::output(std::uint64_t address, std::size_t length) const {
  if (length == 0) return ByteSpan{};
  return whole(blocks_, address, length, Phase::exit);
}

MemoryImage::Run MemoryImage::input_run(std::uint64_t address, std::size_t length) const {
  const Block* block = longest(blocks_, address, Phase::entry);
  if (!block) block = longest(blocks_, address, Phase::exit);
  return block ? run_of(*block, address, length) : Run{{}, false, true};
}

MemoryImage::Run MemoryImage::output_run(std::uint64_t address, std::size_t length) const {
  const Block* block = longest(blocks_, address, Phase::exit);
  return block ? run_of(*block, address, length) : Run{{}, false, true};
}

}  // namespace sysreel::text
