#include "format/reel_facts.h"

namespace sysreel {

void ReelFacts::on(const Call& call) {
  ++counts_[kind_of<Call>];
  if (call.has(call_in_flight)) ++in_flight_calls_;
  if (!call.has(call_in_flight) && !call.has(call_no_result) && call.result < 0 && call.result > -4096) ++failed_calls_;
}
void ReelFacts::on(const Signal&) { ++counts_[kind_of<Signal>]; }
void ReelFacts::on(const JobStop&) { ++counts_[kind_of<JobStop>]; }
void ReelFacts::on(const TaskNew&) { ++counts_[kind_of<TaskNew>]; }
void ReelFacts::on(const Exec&) { ++counts_[kind_of<Exec>]; }
void ReelFacts::on(const TaskExit&) { ++counts_[kind_of<TaskExit>]; }
void ReelFacts::on(const TaskDetach&) { ++counts_[kind_of<TaskDetach>]; }
void ReelFacts::on(const FdFact&) { ++counts_[kind_of<FdFact>]; }
void ReelFacts::on(const Snapshot&) { ++counts_[kind_of<Snapshot>]; }
void ReelFacts::on(const ClockSample&) { ++counts_[kind_of<ClockSample>]; }

void ReelFacts::on(const Loss& loss) {
  ++counts_[kind_of<Loss>];
  auto& lost = loss.signals_and_tasks ? lost_others_ : lost_calls_;
  lost[static_cast<std::size_t>(loss.cause)] += loss.count;
}

void ReelFacts::on(const End& end) {
  ++counts_[kind_of<End>];
  ending_ = Ending{end.time, end.reason, end.command_status, std::string(end.message)};
}

const char* describe(LossCause cause) {
  switch (cause) {
    case LossCause::ring_full: return "the ring was full";
    case LossCause::no_storage: return "no memory for the task's state";
    case LossCause::recursion: return "the recording program was interrupted by itself";
    case LossCause::too_large: return "the record was too large";
    case LossCause::writer: return "the reel could not be written";
    case LossCause::damaged: return "the reel is damaged";
  }
  return "unknown";
}

const char* describe(EndReason reason) {
  switch (reason) {
    case EndReason::unknown: return "for an unknown reason";
    case EndReason::target_ended: return "with its target";
    case EndReason::interrupted: return "when the recorder was interrupted";
    case EndReason::duration: return "at its limit of duration";
    case EndReason::size: return "at its limit of size";
    case EndReason::events: return "at its limit of events";
    case EndReason::free_space: return "for want of free space";
    case EndReason::output_failed: return "because the reel could not be written";
    case EndReason::engine_failed: return "because the engine failed";
    case EndReason::rotated: return "by rotation";
  }
  return "unknown";
}

}  // namespace sysreel
