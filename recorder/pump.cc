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
constexpr Nanos patience{100'000'000};          // how long a poll may wait
constexpr Nanos progress_interval{200'000'000};
constexpr Nanos memory_interval{200'000'000};
constexpr Nanos join_interval{250'000'000};
constexpr Nanos least_stall{50'000'000};        // what is worth the name

std::uint64_t sum(const LossCounts& losses) {
  const std::uint64_t calls = std::accumulate(losses.calls.begin(), losses.calls.end(), std::uint64_t{0});
  return std::accumulate(losses.others.begin(), losses.others.end(), calls);
}

// What is written at the end whatever the limit: not what happened, but how things stand.
bool tells_a_state(const Call& event) { return event.has(call_in_flight); }
bool tells_a_state(const TaskDetach&) { return true; }
template <typename Event>
bool tells_a_state(const Event&) {
  return false;
}

}  // namespace

Pump::Pump(EventSource& source, ReelWriter& writer, const PumpOptions& options)
    : source_(source),
      writer_(writer),
      options_(options),
      redactor_(options.redaction ? std::make_optional<Redactor>(*options.redaction, writer) : std::nullopt),
      out_(redactor_ ? static_cast<EventSink&>(*redactor_) : writer),
      began_(read_clock(CLOCK_MONOTONIC)),
      witness_(out_),
      checkpoints_(began_, options.checkpoint_every),
      chunk_began_(began_),
      reel_began_(began_) {}

// Nothing goes past the number of events asked for, nor of a process that may not be recorded.
template <typename Event>
bool Pump::pass(const Event& event) {
  if (!forbidden_.empty() && forbidden_.contains(event.pid)) return false;
  if (options_.limits.events > 0 && passed_ >= options_.limits.events && !(stopping_ && tells_a_state(event))) return false;
  ++passed_;
  if (options_.watch) options_.watch->on(event);
  out_.on(event);
  return true;
}

void Pump::check_permission(Pid pid) {
  if (options_.permitted && !options_.permitted(pid)) forbidden_.insert(pid);
}

// A process that was there before is described by what /proc says now. A launched command is, once it is the command.
void Pump::on(const TaskNew& event) {
  check_permission(event.pid);
  tasks_[event.tid] = event.pid;
  if (!pass(event)) return;
  checkpoints_.on(event);
  const bool first = raw(event.tid) == raw(event.pid);
  if (options_.snapshots && first && event.origin == TaskOrigin::attached) take_snapshot(event.pid, lookup_, build_ids_, out_);
  if (options_.snapshots) witness_.on(event);
}

void Pump::on(const Exec& event) {
  check_permission(event.pid);
  tasks_.erase(event.former_tid);
  tasks_[event.tid] = event.pid;
  const bool passed = pass(event);
  checkpoints_.on(event);
  if (!passed || !options_.snapshots) return;
  witness_.on(event);
  if (event.pid == options_.command) {
    take_snapshot(event.pid, lookup_, build_ids_, out_);
  } else {
    take_exec_snapshot(event.pid, build_ids_, out_);
  }
}

void Pump::on(const Signal& event) {
  if (pass(event) && options_.snapshots) witness_.on(event);
}

void Pump::on(const TaskExit& event) {
  tasks_.erase(event.tid);
  if (pass(event) && options_.snapshots) witness_.on(event);
  checkpoints_.on(event);
  if (!event.whole_process) return;
  lookup_.forget(event.pid);
  if (event.pid == options_.command) outcome_.command_status = event.status;
}

void Pump::on(const TaskDetach& event) {
  tasks_.erase(event.tid);
  pass(event);
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
  // Where rings filled while much of the time went by waiting for the output, larger ones are not the remedy.
  const Nanos writing = totals().writing;
  const Nanos waited = writing - accounted_writing_;
  const bool stalled = waited >= least_stall && waited.value > (time - chunk_began_).value / 4;
  accounted_writing_ = writing;
  for (std::size_t i = 0; i < loss_cause_count; ++i) {
    const auto cause = static_cast<LossCause>(i);
    const auto write = [&](std::uint64_t before, std::uint64_t after, bool others) {
      const LossCause told = cause == LossCause::ring_full && stalled ? LossCause::stalled : cause;
      if (after > before) writer_.on(Loss{chunk_began_, time, told, after - before, others});
    };
    write(outcome_.losses.calls[i], now.calls[i], false);
    write(outcome_.losses.others[i], now.others[i], true);
  }
  outcome_.losses = now;
}

void Pump::close_chunk(Nanos now) {
  if (const auto reported = source_.report_in_flight(*this); !reported && !outcome_.failure) outcome_.failure = reported.error();
  account_losses();
  static_cast<void>(writer_.cut(now));  // a failure stays visible in writer_.failure()
  chunk_began_ = now;
  if (options_.snapshots && checkpoints_.due(now)) write_checkpoint();
}

void Pump::write_checkpoint() {
  checkpoints_.write(lookup_, out_);
  writer_.mark_checkpoint();
}

// Whether something is not in the reel because it has all that was asked for, though the target may have ended meanwhile.
std::optional<EndReason> Pump::reached_limit() const {
  if (writer_.full()) return EndReason::size;
  if (options_.limits.events > 0 && passed_ >= options_.limits.events) return EndReason::events;
  return std::nullopt;
}

std::optional<EndReason> Pump::ended(Nanos now) {
  const RecordLimits& limits = options_.limits;
  if (options_.stop && options_.stop->load()) return EndReason::interrupted;
  if (writer_.failure()) return EndReason::output_failed;
  if (const auto limit = reached_limit()) return limit;
  if (limits.duration.value > 0 && now - began_ >= limits.duration) return EndReason::duration;
  const auto stop = options_.guard ? options_.guard(now) : std::nullopt;
  if (!stop) return std::nullopt;
  outcome_.message = stop->message;
  return stop->reason;
}

WriterTotals Pump::totals() const {
  const WriterTotals current = writer_.totals();
  return {earlier_.events + current.events, earlier_.unwritten + current.unwritten, earlier_.chunks + current.chunks,
          earlier_.bytes + current.bytes, earlier_.writing + current.writing};
}

// The next reel is there before this one is given up.
Result<void> Pump::rotate(Nanos now) {
  auto next = options_.rotation->next();
  if (!next) return next.error();
  close_chunk(now);
  sample_clock();
  if (auto closed = writer_.close({now, EndReason::rotated, -1, {}}); !closed) return closed;
  earlier_ = totals();
  writer_ = std::move(*next);
  reel_began_ = now;
  sample_clock();
  write_checkpoint();
  return {};
}

void Pump::report_progress(Nanos now) {
  if (!options_.progress || now - reported_ < progress_interval) return;
  const WriterTotals so_far = totals();
  options_.progress({now - began_, so_far.events, so_far.bytes, sum(outcome_.losses)});
  reported_ = now;
}

void Pump::dump_if_wanted(Nanos now) {
  if (!options_.dump_wanted || !options_.dump_wanted()) return;
  close_chunk(now);
  options_.dump(now);
}

// Lets new processes join; an end is none as long as some may.
SourceState Pump::wait_for_others(SourceState state, Nanos now) {
  if (!options_.join) return state;
  if (now - joined_ >= join_interval) {
    options_.join(tasks_);
    joined_ = now;
  }
  if (state == SourceState::ended) {
    const timespec pause{0, patience.value};
    ::nanosleep(&pause, nullptr);
  }
  return SourceState::running;
}

bool Pump::rotation_due(Nanos now) const {
  if (!options_.rotation) return false;
  const Rotation& rotation = *options_.rotation;
  return (rotation.bytes > 0 && writer_.totals().bytes >= rotation.bytes) || (rotation.age.value > 0 && now - reel_began_ >= rotation.age);
}

PumpOutcome Pump::run() {
  sample_clock();
  writer_.mark_checkpoint();  // a recording begins with the state of all that it finds
  if (options_.inherited) options_.inherited->replay(out_);
  std::optional<EndReason> reason;
  while (!reason) {
    Nanos wait = patience;
    if (options_.limits.duration.value > 0) {
      wait = std::min(wait, began_ + options_.limits.duration - read_clock(CLOCK_MONOTONIC));
    }
    auto state = source_.poll(*this, wait);
    const Nanos now = read_clock(CLOCK_MONOTONIC);
    if (state) state = wait_for_others(*state, now);
    if (!state) {
      outcome_.failure = state.error();
      reason = EndReason::engine_failed;
    } else if (*state == SourceState::ended) {
      reason = reached_limit().value_or(EndReason::target_ended);
    } else {
      reason = ended(now);
    }
    if (now - sampled_ >= second) sample_clock();
    if (options_.snapshots && now - memory_sampled_ >= memory_interval) {
      witness_.sample_memory();
      memory_sampled_ = now;
    }
    if (!reason && writer_.due(now)) close_chunk(now);  // the last one is closed with the reel
    if (!reason && rotation_due(now)) {
      if (const auto rotated = rotate(now); !rotated) {
        outcome_.failure = rotated.error();
        reason = EndReason::output_failed;
      }
    }
    if (!reason) dump_if_wanted(now);
    report_progress(now);
  }
  stopping_ = true;
  if (const auto stopped = source_.stop(*this); !stopped && !outcome_.failure) outcome_.failure = stopped.error();
  account_losses();
  if (outcome_.losses.filtered > 0) {
    const std::string count = std::to_string(outcome_.losses.filtered);
    writer_.on(Snapshot{.time = read_clock(CLOCK_MONOTONIC), .kind = SnapshotKind::filtered, .data = std::as_bytes(std::span(count))});
  }
  sample_clock();
  dump_if_wanted(read_clock(CLOCK_MONOTONIC));
  outcome_.reason = *reason;
  End end{read_clock(CLOCK_MONOTONIC), *reason, outcome_.command_status, outcome_.message};
  if (outcome_.failure) end.message = outcome_.failure->message;
  const auto closed = writer_.close(end);
  if (writer_.totals().unwritten > 0 && writer_.full()) outcome_.reason = EndReason::size;
  if (!closed && !outcome_.failure) outcome_.failure = closed.error();
  if (writer_.failure() && !outcome_.failure) outcome_.failure = writer_.failure();
  outcome_.totals = totals();
  outcome_.forbidden = forbidden_.size();
  return outcome_;
}

}  // namespace sysreel
