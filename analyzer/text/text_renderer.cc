#include "analyzer/text/text_renderer.h"

#include "analyzer/text/call_text.h"
#include "analyzer/text/hexdump.h"
#include "analyzer/text/paint.h"
#include "analyzer/text/signal_text.h"

namespace sysreel::text {
namespace {

constexpr std::size_t collect_bytes = 64 * 1024;
constexpr Tid nobody{};

}  // namespace

TextRenderer::TextRenderer(const TextOptions& options, TextSink& sink, bool live, StackPrinter* stacks)
    : options_(options), sink_(sink), live_(live), stacks_(stacks), leader_(options), filter_(options) {}

void TextRenderer::begin(const Header& header) {
  leader_.relate(header.started, header.started_realtime);
  model_.begin(header);
  native_ = header.native_abi;
}

// --- lines -----------------------------------------------------------------------------------------------------------------

void TextRenderer::hand_on(Tid tid) {
  if (!live_ && !options_.split_by_task && out_.size() < collect_bytes) return;
  if (out_.empty()) return;
  sink_.write(tid, out_.view());
  out_.clear();
}

void TextRenderer::flush() {
  if (out_.empty()) return;
  sink_.write(nobody, out_.view());
  out_.clear();
}

// Ends the line that stands in the way of a new one: in a common text the last one begun, in a file of its own the task's.
void TextRenderer::interrupt(Tid tid) {
  if (options_.split_by_task) {
    const auto own = open_.find(sysreel::raw(tid));
    printing_ = own != open_.end() && own->second.column != 0 ? tid : nobody;
    if (printing_ != nobody) own->second.column = 0;
  }
  if (printing_ != nobody) out_.put(" <unfinished ...>\n");
  printing_ = nobody;
}

std::size_t TextRenderer::leader(Out& out, Tid tid, Nanos time, const Call* call, std::uint64_t ip) {
  if (&out == &out_) interrupt(tid);
  const std::size_t begin = out.size();
  leader_.print(out, model_, tid, time, call, ip);
  return begin;
}

void TextRenderer::pad(Out& out, std::uint64_t column) {
  const auto wanted = static_cast<std::uint64_t>(options_.column);
  if (options_.column > 0 && column < wanted) out.fill(' ', wanted - column);
}

void TextRenderer::print_line(Pid pid, Tid tid, Nanos time, std::string_view text) {
  if (done_ || !filter_.wants(pid, tid)) return;
  leader(out_, tid, time, nullptr);
  {
    const Paint paint(out_, options_.color, paint_event);
    out_.put(text);
  }
  out_.put('\n');
  hand_on(tid);
}

// --- calls -----------------------------------------------------------------------------------------------------------------

void TextRenderer::on(const Call& call) {
  const auto renamed = renamed_.empty() ? renamed_.end() : renamed_.find(sysreel::raw(call.tid));
  const Tid tid = renamed == renamed_.end() ? call.tid : renamed->second;
  if (call.has(call_unreadable)) return print_unreadable(call, tid);
  auto found = open_.empty() ? open_.end() : open_.find(sysreel::raw(tid));
  if (found != open_.end() && !is_same(found->second, call)) {
    abandon(tid, found->second);
    open_.erase(found);
    found = open_.end();
  }
  if (call.has(call_in_flight)) {
    if (found != open_.end()) return;  // told again at the end of each chunk and at the end of the recording
    enter(call, tid, new_open(tid));
    return hand_on(tid);
  }
  if (found != open_.end()) {
    leave(call, tid, found->second);
    spare_ = open_.extract(found);
    if (renamed != renamed_.end()) renamed_.erase(renamed);
  } else {
    enter(call, tid, whole_);
    leave(call, tid, whole_);
  }
  hand_on(tid);
}

// Many a call is interrupted by another task's line: what is kept of one is used again for the next.
TextRenderer::Open& TextRenderer::new_open(Tid tid) {
  if (spare_.empty()) return open_[sysreel::raw(tid)];
  spare_.key() = sysreel::raw(tid);
  spare_.mapped().column = 0;
  return open_.insert(std::move(spare_)).position->second;
}

// Whether `call` is the one that has begun. When it began may not be known: before the recording, or without its clock.
bool TextRenderer::is_same(const Open& open, const Call& call) {
  return open.nr == call.nr && (open.start == call.start || open.start_unknown || call.has(call_no_duration));
}

// The end of a call that has begun was lost: its line stays unfinished.
void TextRenderer::abandon(Tid tid, Open& open) {
  if (open.filtered) return;
  if (!staged()) {
    if (options_.split_by_task || printing_ == tid) interrupt(tid);
    return;
  }
  if ((options_.status & status_unfinished) == 0) return;
  out_.put(open.staged.view());
  out_.put(" <unfinished ...>\n");
}

// A call of which nothing is known but that its thread was killed in it.
void TextRenderer::print_unreadable(const Call& call, Tid tid) {
  if (done_ || !filter_.wants(call.pid, tid) || (options_.status & status_unfinished) == 0) return;
  const std::size_t begin = leader(out_, tid, call.start, nullptr);
  out_.put("<... ??? resumed>) ");
  pad(out_, out_.size() - begin);
  out_.put("= ?\n");
  hand_on(tid);
}

// Says when a task calls by another ABI than before.
void TextRenderer::note_mode(const Call& call, Tid tid) {
  if (modes_.empty() && call.abi == native_) return;
  const auto found = modes_.find(sysreel::raw(tid));
  if (call.abi == (found == modes_.end() ? native_ : found->second)) return;
  if (call.abi == native_) {
    modes_.erase(found);
  } else {
    modes_[sysreel::raw(tid)] = call.abi;
  }
  if ((options_.quiet & quiet_personality) != 0) return;
  Out text;
  text.put("[ Process PID=");
  text.decimal(static_cast<std::uint32_t>(sysreel::raw(tid)));
  text.put(" runs in ");
  text.put(call.abi == Abi::x32 ? "x32" : (word_size(call.abi) == 4 ? "32 bit" : "64 bit"));
  text.put(" mode. ]");
  print_line(call.pid, tid, call.start, text.view());
}

void TextRenderer::enter(const Call& call, Tid tid, Open& open) {
  note_mode(call, tid);
  open.row = &row_for(call);
  open.start = call.start;
  open.nr = call.nr;
  open.start_unknown = call.has(call_start_unknown);
  open.renamed = false;
  open.filtered = done_ || !filter_.wants(call, *open.row, model_);
  leader_.note(tid, call.nr);
  if (open.filtered) return;
  Out& out = target(open);
  if (staged()) out.clear();
  const std::size_t begin = leader(out, tid, call.start, &call);
  CallPrinter p(call, *open.row, options_, model_, out, comment_, Half::entry);
  {
    const Paint paint(out, options_.color, paint_call);
    print_call_name(out, call, *open.row);
  }
  out.put('(');
  print_entry_half(p);
  open.column = out.size() - begin - (options_.color ? paint_bytes : 0);
  if (!staged()) printing_ = tid;
  open.stack.clear();
  put_stack(open.stack, call.pid, call.stack);  // an execve that succeeds takes with it what its stack points to
}

void TextRenderer::put_stack(Out& out, Pid pid, std::span<const std::uint64_t> stack) {
  if (options_.stack && stacks_ != nullptr) stacks_->print(out, pid, stack);
}

void TextRenderer::resume(Tid tid, Nanos time, Open& open, const Call* call) {
  const bool interrupted = !options_.split_by_task && !staged() && printing_ != tid;
  if (!interrupted && !open.renamed) return;
  Out& out = target(open);
  const std::size_t begin = leader(out, tid, time, call);
  out.put("<... ");
  out.put(open.row->name);
  out.put(" resumed>");
  open.column = out.size() - begin;
}

void TextRenderer::leave(const Call& call, Tid tid, Open& open) {
  model_.on(call);
  if (open.filtered) return;
  if (call.has(call_no_result)) return leave_without_result(tid, call.end(), open, &call);
  resume(tid, call.end(), open, &call);
  Out& out = target(open);
  const std::size_t begin = out.size();
  comment_.clear();
  CallPrinter p(call, *open.row, options_, model_, out, comment_, Half::exit);
  print_exit_half(p);
  out.put(") ");
  pad(out, open.column + (out.size() - begin));
  {
    const Paint paint(out, options_.color && p.failed(), paint_failure);
    out.put("= ");
    print_result(p);
  }
  if (options_.times) {
    out.put(" <");
    out.decimal(static_cast<std::uint64_t>(call.duration.value / 1'000'000'000));
    put_fraction(out, call.duration.value % 1'000'000'000, options_.times_precision);
    out.put('>');
  }
  out.put('\n');
  print_hexdumps(p);
  if (open.stack.empty()) put_stack(open.stack, call.pid, call.stack);
  out.put(open.stack.view());
  end_line(tid, open, is_error(call.result) ? status_failed : status_successful);
}

void TextRenderer::leave_without_result(Tid tid, Nanos time, Open& open, const Call* call) {
  if (!options_.split_by_task && !staged() && printing_ != tid) interrupt(tid);
  resume(tid, time, open, call);
  Out& out = target(open);
  const std::size_t begin = out.size();
  if (has_exit_half(*open.row)) out.put(" <unfinished ...>");
  out.put(") ");
  pad(out, open.column + (out.size() - begin));
  out.put("= ?\n");
  end_line(tid, open, status_unfinished);
  if (!open.stack.empty() && (options_.status & status_unfinished) != 0) last_stacks_[sysreel::raw(tid)] = std::move(open.stack);
}

// The line of `open` is complete: shows it if its outcome is wanted.
void TextRenderer::end_line(Tid tid, Open& open, Status status) {
  if (options_.split_by_task || printing_ == tid) printing_ = nobody;
  open.column = 0;
  if (staged()) {
    const bool wanted = (options_.status & status) != 0;
    if (wanted) out_.put(open.staged.view());
    open.staged.clear();
    if (!wanted) return;
  }
  if (options_.syscall_limit && ++shown_ >= *options_.syscall_limit) done_ = true;
}

// --- signals and tasks -----------------------------------------------------------------------------------------------------

void TextRenderer::on(const Signal& signal) {
  if (signal.stage == SignalStage::generated || !options_.signals.has(signal.signo)) return;
  if (done_ || !filter_.wants(signal.pid, signal.tid)) return;
  leader(out_, signal.tid, signal.time, nullptr, signal.ip);
  {
    const Paint paint(out_, options_.color, paint_event);
    print_signal(out_, options_, model_, signal);
  }
  out_.put('\n');
  put_stack(out_, signal.pid, signal.stack);
  hand_on(signal.tid);
}

void TextRenderer::on(const JobStop& stop) {
  if (!options_.signals.has(stop.signo)) return;
  Out text;
  text.put("--- stopped by ");
  print_signal_name(text, Abi::x86_64, stop.signo);
  text.put(" ---");
  print_line(stop.pid, stop.tid, stop.time, text.view());
}

void TextRenderer::on(const TaskNew& task) {
  model_.on(task);
  const auto parent = modes_.empty() ? modes_.end() : modes_.find(sysreel::raw(task.parent_tid));
  if (parent != modes_.end()) modes_.insert_or_assign(sysreel::raw(task.tid), Abi{parent->second});
}

void TextRenderer::on(const Exec& exec) {
  if (exec.former_tid == exec.tid) return model_.on(exec);
  const auto caller = open_.find(sysreel::raw(exec.former_tid));
  const bool visible = caller != open_.end() && !caller->second.filtered && caller->second.column != 0;
  if (visible && !staged() && (options_.split_by_task || printing_ == exec.former_tid)) {
    out_.put(" <pid changed to ");
    out_.decimal(static_cast<std::uint32_t>(sysreel::raw(exec.tid)));
    out_.put(" ...>\n");
    printing_ = nobody;
    hand_on(exec.former_tid);
  }
  if (caller != open_.end()) {
    Open moved = std::move(caller->second);
    moved.renamed = true;
    moved.column = 0;
    open_.erase(caller);
    open_.insert_or_assign(sysreel::raw(exec.tid), std::move(moved));
    renamed_[sysreel::raw(exec.former_tid)] = exec.tid;
  }
  sink_.exchange(exec.former_tid, exec.tid);
  model_.on(exec);
  if ((options_.quiet & quiet_thread_execve) != 0) return;
  Out text;
  text.put("+++ superseded by execve in pid ");
  text.decimal(static_cast<std::uint32_t>(sysreel::raw(exec.former_tid)));
  text.put(" +++");
  print_line(exec.pid, exec.tid, exec.time, text.view());
}

void TextRenderer::on(const TaskExit& exit) {
  const auto found = open_.find(sysreel::raw(exit.tid));
  if (found != open_.end()) {
    if (!found->second.filtered && !done_) leave_without_result(exit.tid, exit.time, found->second, nullptr);
    open_.erase(found);
  }
  const int signo = exit.status & 0x7f;
  Out text;
  if (signo != 0) {
    text.put("+++ killed by ");
    print_signal_name(text, Abi::x86_64, signo);
    text.put((exit.status & 0x80) != 0 ? " (core dumped) +++" : " +++");
  } else {
    text.put("+++ exited with ");
    text.decimal(static_cast<unsigned>(exit.status >> 8) & 0xff);
    text.put(" +++");
  }
  const bool wanted = signo != 0 ? options_.signals.has(signo) : (options_.quiet & quiet_exit) == 0;
  if (wanted) print_line(exit.pid, exit.tid, exit.time, text.view());
  if (const auto last = last_stacks_.find(sysreel::raw(exit.tid)); last != last_stacks_.end()) {
    if (!done_) out_.put(last->second.view());
    last_stacks_.erase(last);
  }
  hand_on(exit.tid);
  modes_.erase(sysreel::raw(exit.tid));
  model_.on(exit);
}

void TextRenderer::on(const TaskDetach& detach) {
  const auto found = open_.find(sysreel::raw(detach.tid));
  if (found != open_.end()) {
    Open& open = found->second;
    const bool unfinished = !open.filtered && open.column != 0;
    if (unfinished && (staged() || options_.split_by_task || printing_ == detach.tid)) {
      target(open).put(" <detached ...>\n");
      end_line(detach.tid, open, status_detached);
    }
    open_.erase(found);
  }
  hand_on(detach.tid);
  model_.on(detach);
}

// --- the rest --------------------------------------------------------------------------------------------------------------

void TextRenderer::on(const FdFact& fact) { model_.on(fact); }
void TextRenderer::on(const Snapshot& snapshot) { model_.on(snapshot); }
void TextRenderer::on(const ClockSample& sample) {
  leader_.relate(sample.time, sample.realtime);
  model_.on(sample);
}

void TextRenderer::finish() {
  if (options_.split_by_task) {
    for (const auto& [tid, open] : open_) {
      interrupt(Tid{tid});
      hand_on(Tid{tid});
    }
  } else {
    interrupt(nobody);
  }
  flush();
}

}  // namespace sysreel::text
