#include "recorder/memory_source.h"

namespace sysreel {

Result<void> MemorySource::attach(Pid pid) {
  attached_.push_back(pid);
  return {};
}

Result<SourceState> MemorySource::poll(EventSink& sink, Nanos) {
  if (failure_) return *failure_;
  if (steps_.empty()) return SourceState::ended;
  const Step step = std::move(steps_.front());
  steps_.pop_front();
  step(sink);
  return SourceState::running;
}

Result<void> MemorySource::report_in_flight(EventSink& sink) {
  if (in_flight_) in_flight_(sink);
  return {};
}

Result<void> MemorySource::stop(EventSink& sink) {
  stopped_ = true;
  return report_in_flight(sink);
}

}  // namespace sysreel
