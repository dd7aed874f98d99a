#include "analyzer/text/moment.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/model/call_effects.h"
#include "analyzer/text/signal_text.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t before = 10, behind = 5;

TextOptions with_leaders(TextOptions options) {
  options.pid_prefix = TextOptions::PidPrefix::always;
  if (options.absolute == ClockFormat::none) {
    options.absolute = ClockFormat::time;
    options.absolute_precision = Precision::micro;
  }
  return options;
}

constexpr const char* snapshot_names[] = {"command line",
                                          "executable",
                                          "current directory",
                                          "root directory",
                                          "name",
                                          "mappings",
                                          "status",
                                          "limits",
                                          "control groups",
                                          "auxv",
                                          "oom_score_adj",
                                          "mounts",
                                          "memory of the control group",
                                          "memory pressure",
                                          "container",
                                          "statm",
                                          "build-ids",
                                          "kernel log",
                                          "call tallies",
                                          "filtered calls",
                                          "memory layout",
                                          "chosen by the OOM killer"};

// The first lines of what was read, each on a line of its own.
std::string excerpt(const Snapshot& snapshot) {
  constexpr std::size_t lines_shown = 12, longest = 2000;
  std::string_view text(reinterpret_cast<const char*>(snapshot.data.data()), std::min(snapshot.data.size(), longest));
  std::string lines;
  for (std::size_t i = 0; i < lines_shown && !text.empty(); ++i) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines += "\n             ";
    for (const char c : line) lines += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  }
  return lines;
}

}  // namespace

void Moment::Margin::write(Tid tid, std::string_view text) {
  if (!visible_ || text.empty()) return;
  sink_.write(tid, margin_);
  sink_.write(tid, text);
  wrote_ = true;
}

void Moment::Margin::turn_to(std::string margin, bool visible) {
  margin_ = std::move(margin);
  visible_ = visible;
  wrote_ = false;
}

Moment::Moment(std::uint64_t chosen, const TextOptions& options, TextSink& sink)
    : chosen_(chosen), options_(with_leaders(options)), margin_(sink), renderer_(options_, margin_, true) {}

bool Moment::step() {
  ++number_;
  const bool visible = number_ + before >= chosen_ && number_ <= chosen_ + behind;
  margin_.turn_to(fmt::format("{} {:<9} ", number_ == chosen_ ? '>' : ' ', fmt::format("#{}", number_)), visible);
  return visible;
}

template <typename Event>
void Moment::show(const Event& event, const std::string& otherwise) {
  const bool visible = step();
  static_cast<EventSink&>(renderer_).on(event);  // of kinds that print nothing it has no overload
  if (visible && !margin_.wrote() && !otherwise.empty()) margin_.write({}, otherwise + "\n");
}

void Moment::on(const Call& call) {
  if (!step() && effect_of(call.abi, call.nr) == CallEffect::none) return;
  renderer_.on(call);
}

void Moment::on(const Signal& signal) {
  if (!step()) return;
  if (signal.stage != SignalStage::generated) return renderer_.on(signal);
  Out line;
  print_signal(line, options_, renderer_.model(), signal);
  margin_.write({}, fmt::format("[pid {:>5}] sent by {} (pid {}): {}\n", raw(signal.pid),
                                signal.sender_comm.empty() ? "a process" : signal.sender_comm, raw(signal.sender_pid),
                                line.view()));
}

void Moment::on(const TaskNew& task) {
  show(task,
       fmt::format("[pid {:>5}] begins: {} of process {}, made by {}", raw(task.tid),
                   raw(task.tid) == raw(task.pid) ? "first thread" : "thread", raw(task.pid), raw(task.parent_tid)));
}

void Moment::on(const Exec& exec) {
  show(exec, fmt::format("[pid {:>5}] executes {}", raw(exec.tid), exec.path));
}

void Moment::on(const FdFact& fact) {
  show(fact, fmt::format("[pid {:>5}] descriptor {} is {}", raw(fact.tid), fact.fd, fact.path));
}

void Moment::on(const Snapshot& snapshot) {
  const auto kind = static_cast<std::size_t>(snapshot.kind);
  const bool chosen = number_ + 1 == chosen_;
  show(snapshot, fmt::format("[pid {:>5}] {}{}", raw(snapshot.tid),
                             kind < std::size(snapshot_names) ? snapshot_names[kind] : "snapshot",
                             chosen ? excerpt(snapshot) : ""));
}

void Moment::on(const Loss& loss) {
  show(loss,
       fmt::format("{} {} were lost here", loss.count, loss.signals_and_tasks ? "signals or task events" : "calls"));
}

}  // namespace sysreel::text
