#include "format/reel_facts.h"

#include <charconv>

namespace sysreel {

void ReelFacts::note(const Call& call) {
  if (call.has(call_in_flight)) ++in_flight_calls_;
  if (call.failed()) ++failed_calls_;
}

void ReelFacts::note(const Loss& loss) {
  auto& lost = loss.signals_and_tasks ? lost_others_ : lost_calls_;
  lost[static_cast<std::size_t>(loss.cause)] += loss.count;
}

void ReelFacts::note(const Snapshot& snapshot) {
  if (snapshot.kind != SnapshotKind::filtered) return;
  const char* const text = reinterpret_cast<const char*>(snapshot.data.data());
  std::uint64_t count = 0;
  if (std::from_chars(text, text + snapshot.data.size(), count).ec == std::errc{}) filtered_calls_ += count;
}

void ReelFacts::note(const End& end) {
  ending_ = Ending{end.time, end.reason, end.command_status, std::string(end.message)};
}

const char* describe(LossCause cause) {
  switch (cause) {
    case LossCause::ring_full: return "the buffer was full";
    case LossCause::no_storage: return "the kernel had no memory for a task's state";
    case LossCause::recursion: return "the recorder's program interrupted itself";
    case LossCause::too_large: return "the record was too large";
    case LossCause::writer: return "the reel could not be written";
    case LossCause::damaged: return "a part of the reel is damaged";
    case LossCause::stalled: return "the output stalled, and the buffer was full";
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
    case EndReason::memory: return "at its limit of memory";
    case EndReason::triggered: return "at a trigger of the flight recorder";
    case EndReason::requested: return "when the flight recorder was asked to write";
  }
  return "unknown";
}

}  // namespace sysreel
