// Drives an engine and writes what it delivers to a reel, until the target ends, a limit is reached or somebody says stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

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

namespace sysreel {

// How a recording stands, for a status line.
struct Progress {
  Nanos elapsed;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;  // calls and other events the engine could not deliver
};

struct PumpOptions {
  RecordLimits limits;
  bool snapshots = true;
  Nanos checkpoint_every{10'000'000'000};  // at least so much lies between two, if there are snapshots
  Pid command{};                         // the launched command, whose end decides about command_status; 0: none
  const OwnedEvents* inherited = nullptr;  // what the command got from its launcher (take_inherited_snapshot); borrowed
  const std::atomic<bool>* stop = nullptr;  // becomes true when the recording shall end
  std::function<void(const Progress&)> progress;  // called about five times a second
};

struct PumpOutcome {
  EndReason reason = EndReason::unknown;
  int command_status = -1;      // wait status of the command, -1 while it lives or where there is none
  std::optional<Error> failure; // of the engine or of the output
  LossCounts losses;
  WriterTotals totals;
};

// One recording. Owns neither engine nor writer. Used by one thread.
class Pump final : private EventSink {
 public:
  Pump(EventSource& source, ReelWriter& writer, const PumpOptions& options);

  // Runs until the end, then detaches and closes the reel.
  PumpOutcome run();

 private:
  void on(const Call& event) override { writer_.on(event); }
  void on(const Signal& event) override;
  void on(const JobStop& event) override { writer_.on(event); }
  void on(const TaskNew& event) override;
  void on(const Exec& event) override;
  void on(const TaskExit& event) override;
  void on(const TaskDetach& event) override;
  void on(const FdFact& event) override { writer_.on(event); }
  void on(const Snapshot& event) override { writer_.on(event); }

  std::optional<EndReason> ended(Nanos now) const;
  void sample_clock();
  void account_losses();
  void close_chunk(Nanos now);

  EventSource& source_;
  ReelWriter& writer_;
  const PumpOptions options_;
  Nanos began_;
  FdLookup lookup_;
  BuildIds build_ids_;
  DeathWitness witness_;
  Checkpoints checkpoints_;
  PumpOutcome outcome_;
  Nanos sampled_;
  Nanos memory_sampled_;
  Nanos chunk_began_;
  Nanos reported_;
};

}  // namespace sysreel
