// Threads that wait for events: those that find none, and those that block elsewhere.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Polling without events: most polls of a thread return at once with nothing, thousands of times.
class EmptyPolling final : public Rule {
 public:
  std::string_view name() const override { return "empty-polling"; }
  Needs needs() const override { return {.calls = "poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_pwait2", .durations = true}; }
  void on(const Call& call, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Loop {
    Pid pid{};
    std::uint64_t polls = 0, empty = 0;
    Nanos first, last;
    std::string who;
    Evidence evidence;
  };
  BoundedMap<int, Loop> loops_{4096};  // by thread
};

// Blocking in an event loop: a thread that polls often spends long in another call, during which nobody is served.
class BlockedEventLoop final : public Rule {
 public:
  std::string_view name() const override { return "blocked-event-loop"; }
  Needs needs() const override;
  void on(const Call& call, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Loop {
    Pid pid{};
    std::uint64_t polls = 0, blocked = 0;
    Nanos total, longest, at;
    std::string who;
    Evidence evidence;
  };
  BoundedMap<int, Loop> loops_{4096};  // by thread
};

}  // namespace sysreel
