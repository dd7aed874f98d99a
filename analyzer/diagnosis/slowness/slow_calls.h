// Calls that take long although programs expect them to be quick: syncing, opening, looking at files.
#pragma once

#include <string>

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// What is slow, from which duration on, and what it usually means.
struct SlowKind {
  std::string_view rule;
  std::string_view calls;   // as -e trace= takes them
  std::string_view what;    // "syncing to disk"
  Nanos threshold;          // one call as long as this is slow
  std::string_view advice;
};

// Speaks when a call took as long as the threshold. Objects are kept up to a limit, the slowest call of each as evidence.
class SlowCalls final : public Rule {
 public:
  explicit SlowCalls(const SlowKind& kind) : kind_(kind) {}
  std::string_view name() const override { return kind_.rule; }
  Needs needs() const override { return {.calls = kind_.calls, .durations = true}; }
  void on(const Call& call, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Object {
    std::string who;
    Pid pid{};
    std::uint64_t slow = 0;
    Nanos total, longest, at;
    Evidence evidence;
  };
  const SlowKind& kind_;
  BoundedMap<std::string, Object> objects_{256};
};

extern const SlowKind slow_sync;
extern const SlowKind slow_open;

}  // namespace sysreel
