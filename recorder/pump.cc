#include "recorder/pump.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>

#include "recorder/clock.h"
#include "recorder/snapshot.h"

namespace sysreel {
namespace {

constexpr Nanos second{1'000'000'000};
constexpr Nanos patience{50'000'000};           // how long a poll may wait
constexpr Nanos progress_interval{200'000'000};
constexpr Nanos memory_interval{200'000'000};

std::uint64_t sum(const LossCounts& losses) {
  const std::uint64_t calls = std::accumulate(losses.calls.begin(), losses.calls.end(), std::uint64_t{0});
  return std::accumulate(losses.others.begin(), losses.others.end(), calls);
}

}  // namespace

Pump::Pump(EventSource& source, ReelWriter& writer, const PumpOptions& options)
    : source_(source),
      writer_(writer),
      options_(options),
      began_(read_clock(CLOCK_MONOTONIC)),
      witness_(writer),
      checkpoints_(began_, options.checkpoint_every),
      chunk_began_(began_) {}

// A process that was there before is described by what /proc says now. A launched command is, once it is the command.
void Pump::on(const TaskNew& event) {
  writer_.on(event);
  checkpoints_.on(event);
  const bool first = raw(event.tid) == raw(event.pid);
  if (options_.snapshots && first && event.origin == TaskOrigin::attached) take_snapshot(event.pid, lookup_, build_ids_, writer_);
  if (options_.snapshots) witness_.on(event);
}

void Pump::on(const Exec& event) {
  writer_.on(event);
  checkpoints_.on(event);
  if (!options_.snapshots) return;
  witness_.on(event);
  if (event.pid == options_.command) {
    take_snapshot(event.pid, lookup_, build_ids_, writer_);
  } else {
    take_exec_snapshot(event.pid, build_ids_, writer_);
  }
}

void Pump::on(const Signal& event) {
  writer_.on(event);
  if (options_.snapshots) witness_.on(event);
}

void Pump::on(const TaskExit& event) {
  writer_.on(event);
  if (options_.snapshots) witness_.on(event);
  checkpoints_.on(event);
  if (!event.whole_process) return;
  lookup_.forget(event.pid);
  if (event.pid == options_.command) outcome_.command_status = event.status;
}

void Pump::on(const TaskDetach& event) {
  writer_.on(event);
  checkpoints_.on(event);
}

void Pump::sample_clock() {
  // The two clocks are read as close together as possible; a sample says "about once a second", not "exactly now".
  const Nanos time = read_clock(CLOCK_MONOTONIC);
  writer_.on(ClockSample{time, read_clock(CLOCK_REALTIME)});
  sampled_ = time;
}

// Writes what was lost since the last account.
void Pump::account_losses() {
  const LossCounts now = source_.losses();
  const Nanos time = read_clock(CLOCK_MONOTONIC);
  for (std::size_t cause = 0; cause < loss_cause_count; ++cause) {
    const auto write = [&](std::uint64_t before, std::uint64_t after, bool others) {
      if (after > before) writer_.on(Loss{chunk_began_, time, static_cast<LossCause>(cause), after - before, others});
    };
    write(outcome_.losses.calls[cause], now.calls[cause], false);
    write(outcome_.losses.others[cause], now.others[cause], true);
  }
  outcome_.losses = now;
}

void Pump::close_chunk(Nanos now) {
  if (const auto reported = source_.report_in_flight(*this); !reported && !outcome_.failure) outcome_.failure = reported.error();
  account_losses();
  static_cast<void>(writer_.cut(now));  // a failure stays visible in writer_.failure()
  chunk_began_ = now;
  if (!options_.snapshots || !checkpoints_.due(now)) return;
  checkpoints_.write(lookup_, writer_);
  writer_.mark_checkpoint();
}

std::optional<EndReason> Pump::ended(Nanos now) const {
  const RecordLimits& limits = options_.limits;
  if (options_.stop && options_.stop->load()) return EndReason::interrupted;
  if (writer_.failure()) return EndReason::output_failed;
  if (limits.duration.value > 0 && now - began_ >= limits.duration) return EndReason::duration;
  if (limits.bytes == 0 && limits.events == 0) return std::nullopt;
  const WriterTotals totals = writer_.totals();
  if (limits.bytes > 0 && totals.bytes >= limits.bytes) return EndReason::size;
  if (limits.events > 0 && totals.events >= limits.events) return EndReason::events;
  return std::nullopt;
}

PumpOutcome Pump::run() {
  sample_clock();
  writer_.mark_checkpoint();  // a recording begins with the state of all that it finds
  if (options_.inherited) options_.inherited->replay(writer_);
  std::optional<EndReason> reason;
  while (!reason) {
    Nanos wait = patience;
    if (options_.limits.duration.value > 0) {
      wait = std::min(wait, began_ + options_.limits.duration - read_clock(CLOCK_MONOTONIC));
    }
    const auto state = source_.poll(*this, wait);
    const Nanos now = read_clock(CLOCK_MONOTONIC);
    if (!state) {
      outcome_.failure = state.error();
      reason = EndReason::engine_failed;
    } else if (*state == SourceState::ended) {
      reason = EndReason::target_ended;
    } else {
      reason = ended(now);
    }
    if (now - sampled_ >= second) sample_clock();
    if (options_.snapshots && now - memory_sampled_ >= memory_interval) {
      witness_.sample_memory();
      memory_sampled_ = now;
    }
    if (!reason && writer_.due(now)) close_chunk(now);  // the last one is closed with the reel
    if (options_.progress && now - reported_ >= progress_interval) {
      const WriterTotals totals = writer_.totals();
      options_.progress({now - began_, totals.events, totals.bytes, sum(source_.losses())});
      reported_ = now;
    }
  }
  if (const auto stopped = source_.stop(*this); !stopped && !outcome_.failure) outcome_.failure = stopped.error();
  account_losses();
  if (outcome_.losses.filtered > 0) {
    const std::string count = std::to_string(outcome_.losses.filtered);
    writer_.on(Snapshot{.time = read_clock(CLOCK_MONOTONIC), .kind = SnapshotKind::filtered, .data = std::as_bytes(std::span(count))});
  }
  sample_clock();
  outcome_.reason = *reason;
  End end{read_clock(CLOCK_MONOTONIC), *reason, outcome_.command_status, {}};
  if (outcome_.failure) end.message = outcome_.failure->message;
  const auto closed = writer_.close(end);
  if (!closed && !outcome_.failure) outcome_.failure = closed.error();
  if (writer_.failure() && !outcome_.failure) outcome_.failure = writer_.failure();
  outcome_.totals = writer_.totals();
  return outcome_;
}

}  // namespace sysreel
