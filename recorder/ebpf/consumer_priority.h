// Gives the thread that empties the rings precedence, so that a busy machine does not make it lose records.
#pragma once

#include <optional>

namespace sysreel {

// Raises the calling thread to the highest nice level while it lives; children that the thread makes do not inherit it.
// Without CAP_SYS_NICE nothing changes. Created and destroyed by the same thread.
class ConsumerPriority {
 public:
  ConsumerPriority();
  ~ConsumerPriority();
  ConsumerPriority(const ConsumerPriority&) = delete;
  ConsumerPriority& operator=(const ConsumerPriority&) = delete;

 private:
  std::optional<int> former_nice_;
  int tid_ = 0;
};

}  // namespace sysreel
