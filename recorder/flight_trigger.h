// What makes a flight recorder write: an error, a slow call, a death.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "format/abi/syscall_set.h"
#include "format/every_event.h"
#include "format/result.h"

namespace sysreel {

// Conditions given by --on.
struct TriggerRules {
  struct Slower {
    std::string text;  // "fsync:200ms"
    abi::SyscallSet calls;
    Nanos least;
  };
  std::vector<int> errors;
  std::vector<Slower> slower;
};

// Adds "errno=NAME" or "slower=SET:TIME".
Result<void> add_trigger(TriggerRules& rules, std::string_view text);

// Watches a recording go by. Besides its rules it fires when a target is killed by a signal or exits with another status than
// 0, and when any recorded process is killed by SIGKILL, as the OOM killer does it. Used by one thread.
class FlightTrigger final : public EveryEvent<FlightTrigger> {
 public:
  explicit FlightTrigger(TriggerRules rules) : rules_(std::move(rules)) {}

  void watch(std::set<Pid> targets) { targets_ = std::move(targets); }

  template <typename Event>
  void take(const Event&) {}
  void take(const Call& call);
  void take(const TaskExit& event);

  // Why it fired since the last time this was asked, in a few words; the first reason if there were several.
  std::optional<std::string> fired();

 private:
  void fire(std::string why);

  TriggerRules rules_;
  std::set<Pid> targets_;
  std::optional<std::string> reason_;
};

}  // namespace sysreel
