// An engine without a target: delivers prepared events, for tests of everything behind the engines.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "recorder/event_source.h"

namespace sysreel {

// Each step delivers some events by one poll(). Ends when no step is left. Used by one thread.
class MemorySource final : public EventSource {
 public:
  using Step = std::function<void(EventSink&)>;

  void add(Step step) { steps_.push_back(std::move(step)); }
  // What report_in_flight() delivers.
  void set_in_flight(Step step) { in_flight_ = std::move(step); }
  // What losses() tells from now on.
  void set_losses(const LossCounts& losses) { losses_ = losses; }
  // Makes the next poll() fail.
  void fail_with(Error error) { failure_ = std::move(error); }
  bool stopped() const { return stopped_; }
  const std::vector<Pid>& attached() const { return attached_; }

  std::string_view name() const override { return "memory"; }
  Result<void> attach(Pid pid) override;
  Result<void> attach_launched(Pid pid) override { return attach(pid); }
  Result<SourceState> poll(EventSink& sink, Nanos timeout) override;
  Result<void> report_in_flight(EventSink& sink) override;
  Result<void> stop(EventSink& sink) override;
  LossCounts losses() const override { return losses_; }

 private:
  std::deque<Step> steps_;
  Step in_flight_;
  LossCounts losses_;
  std::optional<Error> failure_;
  std::vector<Pid> attached_;
  bool stopped_ = false;
};

}  // namespace sysreel
