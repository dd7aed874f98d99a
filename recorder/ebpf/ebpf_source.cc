#include "recorder/ebpf/ebpf_source.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "format/owned_event.h"
#include "recorder/capture.h"
#include "recorder/clock.h"
#include "recorder/ebpf/bpf_object.h"
#include "recorder/ebpf/consumer_priority.h"
#include "recorder/ebpf/record_delivery.h"
#include "recorder/ebpf/ring_merge.h"
#include "recorder/ebpf/tally_reader.h"
#include "recorder/tracee_memory.h"

namespace sysreel {
namespace {

constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t look_every = 50 * millisecond;   // rings are looked at at least so often ...
constexpr unsigned idle_after = 20;  // ... until they were empty at so many looks: then once a poll will do
constexpr std::uint64_t publish_slack = 2 * millisecond;  // from reading its clock to publishing, a program takes less

std::uint64_t monotonic_now() { return static_cast<std::uint64_t>(read_clock(CLOCK_MONOTONIC).value); }

Nanos nanos(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

class EbpfSource final : public EventSource {
 public:
  EbpfSource(const RecordOptions& options, std::unique_ptr<BpfObject> object)
      : string_limit_(options.string_limit), filter_(options.filter), object_(std::move(object)), merge_(*object_),
        delivery_(options), capture_(options) {
    if (options.counts_only) tallies_.emplace(*object_);
  }

  std::string_view name() const override { return "ebpf"; }
  Result<void> attach(Pid pid) override { return mark(pid, false); }
  Result<void> attach_launched(Pid pid) override { return mark(pid, true); }
  Result<SourceState> poll(EventSink& sink, Nanos timeout) override;
  Result<void> report_in_flight(EventSink& sink) override;
  Result<void> stop(EventSink& sink) override;
  LossCounts losses() const override;

 private:
  Result<void> mark(Pid pid, bool launching);
  void note_task(const sr_seen& seen);
  void deliver_in_flight(const sr_seen& seen, EventSink& sink);
  void deliver_tallies(EventSink& sink);
  void deliver_with_flights(const std::vector<sr_seen>& seen, EventSink& sink);
  std::uint64_t drain(EventSink& sink, std::uint64_t until);

  const std::uint32_t string_limit_;
  const ExitFilter filter_;
  std::unique_ptr<BpfObject> object_;
  RingMerge merge_;
  RecordDelivery delivery_;
  CapturePlan capture_;  // for calls in flight, whose memory is read from here
  BlockArena arena_;
  std::optional<ConsumerPriority> priority_;  // of the thread that polls
  std::optional<TallyReader> tallies_;        // where calls are only counted
  OwnedEvents found_;    // at attach, delivered by the next poll
  std::uint64_t unannounced_ = 0;  // signals whose sending no program saw
  unsigned vain_looks_ = 0;  // at the rings, one after the other
  bool attached_any_ = false;
  bool stopped_ = false;
};

Result<void> EbpfSource::mark(Pid pid, bool launching) {
  auto seen = object_->mark(pid, launching);
  if (!seen) return seen.error();
  const auto marked = [](const sr_seen& one) { return (one.flags & SR_SEEN_NEW) != 0; };
  if (std::none_of(seen->begin(), seen->end(), marked)) {
    if (seen->empty()) return Error{ErrorKind::not_found, "process " + std::to_string(raw(pid)) + " has no thread to record"};
    return Error{ErrorKind::io, "the kernel has no memory to record process " + std::to_string(raw(pid))};
  }
  attached_any_ = true;
  if (launching) return {};
  for (const sr_seen& one : *seen) {
    if (!marked(one)) continue;
    note_task(one);
    if (one.flags & SR_SEEN_IN_CALL) deliver_in_flight(one, found_);
  }
  return {};
}

void EbpfSource::note_task(const sr_seen& seen) {
  TaskNew task;
  task.pid = Pid{static_cast<std::int32_t>(seen.pid)};
  task.tid = Tid{static_cast<std::int32_t>(seen.tid)};
  task.time = nanos(seen.time);
  task.origin = TaskOrigin::attached;
  task.comm = {seen.comm, strnlen(seen.comm, sizeof seen.comm)};
  delivery_.set_sink(&found_);
  delivery_.add_task(task);
}

void EbpfSource::deliver_in_flight(const sr_seen& seen, EventSink& sink) {
  const SyscallNr nr{seen.nr};
  const auto abi = static_cast<Abi>(seen.abi);
  const Keep keep = capture_.keep(abi, nr);
  if (keep == Keep::no) return;
  Call call;
  call.pid = Pid{static_cast<std::int32_t>(seen.pid)};
  call.tid = Tid{static_cast<std::int32_t>(seen.tid)};
  call.start = nanos(seen.start);
  call.duration = nanos(seen.time - std::min(seen.time, seen.start));
  call.abi = abi;
  call.nr = nr;
  call.ip = seen.ip;
  call.flags = call_in_flight;
  if (seen.flags & SR_SEEN_START_UNKNOWN) call.flags |= call_start_unknown;
  if (keep == Keep::hidden) call.flags |= call_hidden;
  std::copy(std::begin(seen.args), std::end(seen.args), call.args.begin());

  // What was copied at entry is true; the rest is read now, while the call still waits.
  std::vector<Block> blocks = delivery_.entry_blocks(call.tid, seen.start);
  arena_.clear();
  const LiveMemory memory(call.tid);
  const CallPlan& plan = capture_.plan_for(call.abi, call.nr, call.args);
  capture(plan, call, Phase::entry, memory, {string_limit_, false}, arena_);
  if (!plan.copies.empty()) call.flags |= call_late_input;
  blocks.insert(blocks.end(), arena_.blocks().begin(), arena_.blocks().end());
  call.blocks = blocks;
  if (keep == Keep::yes && !filter_.may_pass(call)) return;
  sink.on(call);
}

std::uint64_t EbpfSource::drain(EventSink& sink, std::uint64_t until) {
  delivery_.set_sink(&sink);
  const std::uint64_t found = found_.size();
  found_.replay(sink);
  found_.clear();
  const std::uint64_t drained = merge_.drain(until, delivery_);
  // Where sent signals were lost for lack of room, they are counted already.
  if (object_->lost_events(SR_LOST_RING_FULL) == 0) unannounced_ = delivery_.unannounced_signals();
  return found + drained;
}

Result<SourceState> EbpfSource::poll(EventSink& sink, Nanos timeout) {
  if (!priority_) priority_.emplace();
  const std::uint64_t deadline = monotonic_now() + static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.value, 0));
  while (true) {
    const bool over = attached_any_ && object_->live_tasks() <= 0;
    const std::uint64_t now = monotonic_now();
    const std::uint64_t delivered = drain(sink, over ? ~std::uint64_t{0} : now - publish_slack);
    if (over) return SourceState::ended;
    vain_looks_ = delivered > 0 ? 0 : vain_looks_ + 1;
    if (delivered > 0 || now >= deadline) return SourceState::running;
    // What a ring holds may be too young to be taken yet, and no less of it for that.
    std::uint64_t left = deadline - now;
    if (vain_looks_ < idle_after) left = std::min<std::uint64_t>(left, look_every);
    if (merge_.filling()) left = std::min(left, publish_slack);
    if (!object_->wait(static_cast<int>((left + millisecond - 1) / millisecond))) {
      drain(sink, monotonic_now() - publish_slack);
      return SourceState::running;
    }
  }
}

// Delivers what has ended before the looks at the tasks were taken, and after it the calls that go on since.
void EbpfSource::deliver_with_flights(const std::vector<sr_seen>& seen, EventSink& sink) {
  delivery_.watch_ends(true);
  drain(sink, ~std::uint64_t{0});
  for (const sr_seen& one : seen) {
    const Tid tid{static_cast<std::int32_t>(one.tid)};
    // It ended, and was delivered, after the look.
    if (!delivery_.ended_after(tid, nanos(one.start))) deliver_in_flight(one, sink);
  }
  delivery_.watch_ends(false);
}

void EbpfSource::deliver_tallies(EventSink& sink) {
  if (!tallies_) return;
  const std::string text = text_of(tallies_->since_last_look());
  if (text.empty()) return;
  sink.on(Snapshot{.time = nanos(monotonic_now()), .kind = SnapshotKind::call_tallies, .data = std::as_bytes(std::span(text))});
}

Result<void> EbpfSource::report_in_flight(EventSink& sink) {
  deliver_tallies(sink);
  const auto calls = object_->calls_in_flight();
  if (!calls) return calls.error();
  deliver_with_flights(*calls, sink);
  return {};
}

Result<void> EbpfSource::stop(EventSink& sink) {
  if (stopped_) return {};
  stopped_ = true;
  priority_.reset();
  object_->begin_no_more();
  const auto calls = object_->calls_in_flight();
  object_->detach();
  deliver_with_flights(calls ? *calls : std::vector<sr_seen>{}, sink);
  deliver_tallies(sink);
  const Nanos now = nanos(monotonic_now());
  for (const auto& [tid, pid] : delivery_.tasks()) sink.on(TaskDetach{Pid{pid}, Tid{tid}, now});
  if (!calls) return calls.error();
  return {};
}

LossCounts EbpfSource::losses() const {
  LossCounts counts;
  const auto add = [&counts](LossCause cause, std::uint64_t count) { counts.calls[static_cast<std::size_t>(cause)] += count; };
  for (unsigned cpu = 0; cpu < object_->cpus(); ++cpu) {
    add(LossCause::ring_full, object_->control(cpu).lost[SR_LOST_RING_FULL]);
    counts.filtered += object_->control(cpu).filtered;
  }
  add(LossCause::ring_full, object_->lost_without_ring());
  add(LossCause::recursion, object_->missed_exits());
  counts.others[static_cast<std::size_t>(LossCause::ring_full)] = object_->lost_events(SR_LOST_RING_FULL);
  counts.others[static_cast<std::size_t>(LossCause::no_storage)] = object_->lost_events(SR_LOST_NO_STORAGE);
  counts.others[static_cast<std::size_t>(LossCause::recursion)] = object_->missed_events() + unannounced_;
  return counts;
}

}  // namespace

Result<std::unique_ptr<EventSource>> open_ebpf_source(const RecordOptions& options) {
  auto plan = make_bpf_plan(options);
  if (!plan) return plan.error();
  auto object = BpfObject::load(options, *plan);
  if (!object) return object.error();
  if (auto attached = (*object)->attach(); !attached) return attached.error();
  return std::unique_ptr<EventSource>(new EbpfSource(options, std::move(*object)));
}

Result<void> try_ebpf_programs(const RecordOptions& options) {
  auto plan = make_bpf_plan(options);
  if (!plan) return plan.error();
  auto object = BpfObject::load(options, *plan);
  if (!object) return object.error();
  return {};
}

bool has_ebpf_source() { return true; }

}  // namespace sysreel
