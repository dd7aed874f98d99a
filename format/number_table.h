// A hash table from 64-bit numbers to 32-bit ones that is emptied often and at no cost.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace sysreel {

class NumberTable {
 public:
  // The number kept for this one, to be set by the caller where it is fresh. Valid until the next call of this.
  std::pair<std::uint32_t&, bool> number_of(std::uint64_t of) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slot_of(of);
    const bool fresh = slot.generation != generation_;
    if (fresh) {
      slot.of = of;
      slot.generation = generation_;
      ++count_;
    }
    return {slot.number, fresh};
  }

  void clear() {
    count_ = 0;
    if (++generation_ != 0) return;
    slots_.assign(slots_.size(), Slot());
    generation_ = 1;
  }

 private:
  struct Slot {
    std::uint64_t of = 0;
    std::uint32_t number = 0;
    std::uint32_t generation = 0;  // of the table when the slot was filled; older ones are free
  };

  Slot& slot_of(std::uint64_t of) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash(of) & mask;
    while (slots_[at].generation == generation_ && slots_[at].of != of) at = (at + 1) & mask;
    return slots_[at];
  }

  // Seeded, so that no reel can be made whose numbers collide.
  static std::size_t hash(std::uint64_t word) {
    word = (word ^ seed_) * 0x9E3779B97F4A7C15;
    word = (word ^ word >> 32) * 0xD6E8FEB86659FD93;
    return word ^ word >> 32;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 256 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.generation == generation_) slot_of(slot.of) = slot;
    }
  }

  static inline const std::uint64_t seed_ = std::uint64_t{std::random_device()()} << 32 | std::random_device()();

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace sysreel
