// What a writer could not write and still owes its reel: an account of it in the next chunk that gets through.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "format/event.h"

namespace sysreel {

// Sums of losses, by cause and kind. An account in a chunk that is lost itself is owed again. Used by one thread.
class Unwritten {
 public:
  void add(const Loss& loss) {
    Loss& sum = sums_[static_cast<std::size_t>(loss.cause)][loss.signals_and_tasks ? 1 : 0];
    if (loss.count == 0) return;
    if (sum.count == 0) {
      sum = loss;
      return;
    }
    sum.from = std::min(sum.from, loss.from);
    sum.to = std::max(sum.to, loss.to);
    sum.count += loss.count;
  }

  void add(const Unwritten& more) { more.each([this](const Loss& loss) { add(loss); }); }

  // Calls `take` with every sum that is not zero.
  template <typename Take>
  void each(Take take) const {
    for (const auto& kinds : sums_) {
      for (const Loss& sum : kinds) {
        if (sum.count > 0) take(sum);
      }
    }
  }

  void clear() { sums_ = {}; }

 private:
  std::array<std::array<Loss, 2>, loss_cause_count> sums_{};
};

}  // namespace sysreel
