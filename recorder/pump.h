// Drives an engine and writes what it delivers to a reel, until the target ends, a limit is reached or somebody says stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "format/event.h"
#include "format/owned_event.h"
#include "format/reel_writer.h"
#include "format/result.h"
#include "recorder/build_ids.h"
#include "recorder/checkpoint.h"
#include "recorder/death_witness.h"
#include "recorder/event_source.h"
#include "recorder/fd_lookup.h"
#include "recorder/limits.h"
#include "recorder/redact/redactor.h"
#include "recorder/resource_guard.h"

namespace sysreel {

// How a recording stands, for a status line.
struct Progress {
  Nanos elapsed;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;  // calls and other events the engine could not deliver, by the last account: asking is not for free
};

// One reel after the other, each of which reads on its own.
struct Rotation {
  std::uint64_t bytes = 0;  // of a reel, after which the next one begins; 0: only its age counts
  Nanos age;                // 0: only its bytes count
  std::function<Result<ReelWriter>()> next;
};

struct PumpOptions {
  RecordLimits limits;
  bool snapshots = true;
  Nanos checkpoint_every{10'000'000'000};  // at least so much lies between two, if there are snapshots
  const RedactionRules* redaction = nullptr;  // what is taken out of the events before they are written; nullptr: nothing
  Pid command{};                         // the launched command, whose end decides about command_status; 0: none
  const OwnedEvents* inherited = nullptr;  // what the command got from its launcher (take_inherited_snapshot); borrowed
  const std::atomic<bool>* stop = nullptr;  // becomes true when the recording shall end
  std::function<void(const Progress&)> progress;  // called about five times a second
  std::function<std::optional<Stop>(Nanos now)> guard;  // asked after every poll whether there is a reason to end
  std::optional<Rotation> rotation;
  // Whether a process may be recorded, asked when it begins and when it becomes another program; unset: every one may.
  // Nothing of one that may not reaches the reel.
  std::function<bool(Pid)> permitted;
  EventSink* watch = nullptr;                // sees every event of the engine as it came
  std::function<bool()> dump_wanted;         // a flight recorder wants the chunk in work closed …
  std::function<void(Nanos now)> dump;       // … and is then called
  // Called four times a second to attach to what matches by now; while it is there, a recording without a task goes on.
  std::function<void(const std::map<Tid, Pid>& tasks)> join;
};

struct PumpOutcome {
  EndReason reason = EndReason::unknown;
  int command_status = -1;      // wait status of the command, -1 while it lives or where there is none
  std::string message;          // why, where the reason alone does not say it
  std::optional<Error> failure; // of the engine or of the output
  LossCounts losses;
  WriterTotals totals;
  std::uint64_t forbidden = 0;  // processes that were left out because they may not be recorded
};

// One recording. Owns neither engine nor writer. Used by one thread.
class Pump final : private EventSink {
 public:
  Pump(EventSource& source, ReelWriter& writer, const PumpOptions& options);

  // Runs until the end, then detaches and closes the reel.
  PumpOutcome run();

 private:
  void on(const Call& event) override { pass(event); }
  void on(const Signal& event) override;
  void on(const JobStop& event) override { pass(event); }
  void on(const TaskNew& event) override;
  void on(const Exec& event) override;
  void on(const TaskExit& event) override;
  void on(const TaskDetach& event) override;
  void on(const FdFact& event) override { pass(event); }
  void on(const Snapshot& event) override { pass(event); }

  template <typename Event>
  bool pass(const Event& event);
  void check_permission(Pid pid);
  std::optional<EndReason> reached_limit() const;
  std::optional<EndReason> ended(Nanos now);
  bool rotation_due(Nanos now) const;
  Result<void> rotate(Nanos now);
  WriterTotals totals() const;
  void report_progress(Nanos now);
  void dump_if_wanted(Nanos now);
  SourceState wait_for_others(SourceState state, Nanos now);
  void sample_clock();
  void account_losses();
  void close_chunk(Nanos now);
  void write_checkpoint();

  EventSource& source_;
  ReelWriter& writer_;
  const PumpOptions options_;
  std::optional<Redactor> redactor_;
  EventSink& out_;  // the redactor, or without one the writer
  Nanos began_;
  FdLookup lookup_;
  BuildIds build_ids_;
  DeathWitness witness_;
  Checkpoints checkpoints_;
  PumpOutcome outcome_;
  Nanos sampled_;
  Nanos memory_sampled_;
  Nanos chunk_began_;
  Nanos accounted_writing_;  // totals().writing at the last account of losses
  Nanos reported_;
  Nanos reel_began_;
  Nanos joined_;
  std::uint64_t passed_ = 0;      // events of the engine that went to the reel
  bool stopping_ = false;         // what comes is the state at the end, which no limit of events cuts off
  WriterTotals earlier_;          // of the reels before this one
  std::set<Pid> forbidden_;       // processes that may not be recorded
  std::map<Tid, Pid> tasks_;      // that live, for those who may join
};

}  // namespace sysreel
