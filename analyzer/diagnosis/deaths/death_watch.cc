#include "analyzer/diagnosis/deaths/death_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "analyzer/diagnosis/deaths/death_story.h"
#include "analyzer/diagnosis/deaths/read_facts.h"
#include "format/abi/abi.h"
#include "format/abi/syscall_set.h"

namespace sysreel {
namespace {

using deaths::Death;
using deaths::Life;

constexpr std::size_t signals_kept = 8, children_kept = 16, ends_kept = 64, truncations_kept = 256, senders_kept = 1000,
                      samples_kept = 32;
constexpr std::int64_t enomem = 12;
constexpr std::uint32_t o_trunc = 0x200;
constexpr std::uint64_t thread_flag = 0x10000;  // CLONE_THREAD
constexpr int standard_error = 2;

constexpr std::string_view writing = "write,writev", cutting = "ftruncate,truncate,open,openat",
                           waiting = "wait4,waitid", limiting = "prlimit64,setrlimit";

std::string_view text_of(const Snapshot& snapshot) {
  return {reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size()};
}

template <typename T>
void keep_last(std::deque<T>& queue, T item, std::size_t limit) {
  if (queue.size() == limit) queue.pop_front();
  queue.push_back(std::move(item));
}

// Signals that end a process unless it handles them.
bool can_end(int signo) {
  constexpr int sigchld = 17, sigcont = 18, sigstop = 19, sigtstp = 20, sigttin = 21, sigttou = 22, sigurg = 23,
                sigwinch = 28;
  for (const int harmless : {sigchld, sigcont, sigstop, sigtstp, sigttin, sigttou, sigurg, sigwinch}) {
    if (signo == harmless) return false;
  }
  return true;
}

bool is_fault(int signo) {
  using namespace deaths;
  for (const int fault : {sigill, sigtrap, sigabrt, sigbus, sigfpe, sigsegv, sigsys}) {
    if (signo == fault) return true;
  }
  return false;
}

}  // namespace

Needs DeathWatch::needs() const {
  static const std::string welcome =
      fmt::format("{},{},{},{},{}", MemoryModel::calls, writing, cutting, waiting, limiting);
  return {.calls = "none", .welcome = welcome};
}

DeathWatch::DeathWatch() {
  constexpr std::pair<std::string_view, Role> groups[] = {{MemoryModel::calls, Role::map},
                                                          {writing, Role::write},
                                                          {cutting, Role::truncate},
                                                          {waiting, Role::wait},
                                                          {limiting, Role::limit}};
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64}) {
    auto& table = roles_[static_cast<unsigned>(abi)];
    table.resize(abi::table_size(abi), Role::none);
    for (const auto& [calls, role] : groups) {
      const auto set = abi::parse_syscall_set(calls);
      for (std::size_t i = 0; set && i < table.size(); ++i) {
        if (set->has(abi, SyscallNr{static_cast<std::int32_t>(i)})) table[i] = role;
      }
    }
  }
}

DeathWatch::Role DeathWatch::role_of(Abi abi, SyscallNr nr) const {
  const auto& table = roles_[static_cast<unsigned>(abi)];
  const auto index = static_cast<std::size_t>(raw(nr) & ~0x40000000);
  return raw(nr) >= 0 && index < table.size() ? table[index] : Role::none;
}

Life& DeathWatch::life(Pid pid) {
  Life& found = living_[raw(pid)];
  found.pid = pid;
  return found;
}

void DeathWatch::on(const Call& call, const Scene& scene) {
  if ((call.flags & (call_in_flight | call_no_result)) != 0) return;
  const Role role = role_of(call.abi, call.nr);
  if (call.failed()) {
    if (role == Role::map && call.result == -enomem) note_refusal(call, scene);
    return;
  }
  switch (role) {
    case Role::none:
      return;
    case Role::map:
      return memory_.on(call, scene.model, raw(scene.event));
    case Role::write:
      if (static_cast<int>(call.args[0]) == standard_error) note_words(call, scene);
      return;
    case Role::truncate:
      memory_.on(call, scene.model, raw(scene.event));
      return note_truncation(call, scene);
    case Role::wait:
      if (auto child = deaths::reaped_child(call, abi::row_of(call.abi, call.nr)->name, scene)) {
        keep_last(life(call.pid).reaped, *std::move(child), children_kept);
      }
      return;
    case Role::limit:
      return deaths::read_limit_call(call, abi::row_of(call.abi, call.nr)->name, life(call.pid).limits);
  }
}

// A message may come in pieces, as that of std::terminate does: what was written last is kept, however many writes it
// took.
void DeathWatch::note_words(const Call& call, const Scene& scene) {
  constexpr std::size_t longest = 200;
  deaths::LastWords& words = life(call.pid).last_words;
  words.event = scene.event;
  words.text += deaths::written_text(call);
  if (words.text.size() > longest) words.text.erase(0, words.text.size() - longest);
}

void DeathWatch::note_refusal(const Call& call, const Scene& scene) {
  deaths::Refusals& refused = life(call.pid).refused;
  ++refused.count;
  refused.last = scene.event;
  refused.line = scene.evidence(call).what;
  const std::string_view name = abi::row_of(call.abi, call.nr)->name;
  const MemoryMap* const map = memory_.map_of(call.pid);
  refused.mapped = map ? map->total() : 0;
  refused.bytes = name == "mremap" ? call.args[2] - std::min(call.args[2], call.args[1]) : call.args[1];
}

void DeathWatch::note_truncation(const Call& call, const Scene& scene) {
  const std::string_view name = abi::row_of(call.abi, call.nr)->name;
  const bool opens = name.starts_with("open");
  const auto flags = static_cast<std::uint32_t>(call.args[name == "openat" ? 2 : 1]);
  if (name == "truncate" || (opens && (flags & o_trunc) == 0)) return;  // a path alone does not tell which file it is
  const int fd = static_cast<int>(opens ? call.result : static_cast<std::int64_t>(call.args[0]));
  const Descriptor* const file = scene.model.descriptor(call.pid, fd);
  if (!file || file->inode == 0) return;
  keep_last(truncations_,
            {scene.event, call.end(), file->device, file->inode, scene.evidence(call).what, scene.name(call.pid)},
            truncations_kept);
}

void DeathWatch::on(const Signal& signal, const Scene& scene) {
  if (signal.stage == SignalStage::generated && can_end(signal.signo)) {
    deaths::SentSignal sent = deaths::sent_signal(signal, scene);
    const auto ended = std::find_if(recent_ends_.rbegin(), recent_ends_.rend(),
                                    [&](const auto& end) { return end.first == sent.sender; });
    if (ended != recent_ends_.rend()) sent.sender_ended = ended->second;
    sent.sender_recorded = living_.contains(raw(sent.sender));
    keep_last(life(signal.pid).sent, std::move(sent), signals_kept);
  }
  if (signal.stage == SignalStage::delivered && is_fault(signal.signo))
    life(signal.pid).crash = deaths::crash_of(signal, scene);
}

void DeathWatch::on(const TaskNew& task, const Scene&) {
  memory_.on(task);
  if ((task.clone_flags & thread_flag) != 0 || raw(task.tid) != raw(task.pid)) return;
  Life& child = life(task.pid);
  child.parent = task.parent_pid;
  child.launched = task.origin == TaskOrigin::launched;
  const auto parent = living_.find(raw(task.parent_pid));
  if (parent == living_.end()) return;
  child.limits = parent->second.limits;
  child.cgroup_at_start = parent->second.cgroup_at_start;
  child.container = parent->second.container;
}

void DeathWatch::on(const Exec& exec, const Scene& scene) {
  memory_.on(exec, scene.model);
  Life& process = life(exec.pid);
  process.command_line =
      scene.header.command.empty() || !process.launched ? "" : fmt::format("{}", fmt::join(scene.header.command, " "));
  process.launched = false;
  process.crash.reset();
  process.refused = {};
  process.last_words = {};
}

void DeathWatch::on(const TaskExit& exit, const Scene& scene) {
  if (!exit.whole_process) return;
  keep_last(recent_ends_, {exit.pid, scene.event}, ends_kept);
  const int code = (exit.status & 0x7f) == 0 ? (exit.status >> 8) & 0xff : 0;
  Life& process = life(exit.pid);
  constexpr int looks_like_a_signal = 128;
  const bool unhappy =
      (exit.status & 0x7f) != 0 || code > looks_like_a_signal || (code != 0 && process.refused.count > 0);
  if (unhappy && deaths_.size() == death_limit) ++more_deaths_;
  if (unhappy && deaths_.size() < death_limit) {
    Death death;
    process.name = scene.name(exit.pid);
    static_cast<Life&>(death) = std::move(process);
    death.event = scene.event;
    death.time = exit.time;
    death.status = exit.status;
    death.map = memory_.share(exit.pid);
    deaths_.push_back(std::move(death));
  }
  living_.erase(raw(exit.pid));
  memory_.on(exit);
}

Death* DeathWatch::last_death(Pid pid) {
  const auto found =
      std::find_if(deaths_.rbegin(), deaths_.rend(), [pid](const Death& death) { return death.pid == pid; });
  return found == deaths_.rend() ? nullptr : &*found;
}

// Samples become fewer, not more recent: every other one goes when there are too many.
void DeathWatch::note_sample(Life& process, const Snapshot& snapshot) {
  const std::string_view text = text_of(snapshot);
  const std::size_t blank = text.find(' ');
  std::uint64_t resident = 0;
  if (blank == std::string_view::npos ||
      std::from_chars(text.data() + blank + 1, text.data() + text.size(), resident).ec != std::errc{})
    return;
  auto& samples = process.memory;
  if (samples.size() == samples_kept) {
    for (std::size_t i = 1; 2 * i < samples.size(); ++i) samples[i] = samples[2 * i];
    samples.resize(samples_kept / 2);
  }
  samples.push_back({snapshot.time, resident});
}

void DeathWatch::on(const Snapshot& snapshot, const Scene& scene) {
  memory_.on(snapshot);
  const auto living = living_.find(raw(snapshot.pid));
  Death* const dead = living == living_.end() ? last_death(snapshot.pid) : nullptr;
  if (living == living_.end() && !dead) {
    if (snapshot.kind == SnapshotKind::command_line && senders_.size() < senders_kept)
      senders_[raw(snapshot.pid)] = deaths::command_line_of(snapshot);
    return;
  }
  Life& process = dead ? *dead : living->second;
  switch (snapshot.kind) {
    case SnapshotKind::command_line:
      process.command_line = deaths::command_line_of(snapshot);
      break;
    case SnapshotKind::limits:
      deaths::read_limits(text_of(snapshot), process.limits);
      break;
    case SnapshotKind::cgroup_memory:
      (process.cgroup_at_start.empty() ? process.cgroup_at_start : process.cgroup_at_death) = text_of(snapshot);
      break;
    case SnapshotKind::container:
      process.container = std::make_shared<const std::string>(text_of(snapshot));
      break;
    case SnapshotKind::statm:
      note_sample(process, snapshot);
      break;
    case SnapshotKind::kernel_log:
      process.kernel_log = text_of(snapshot);
      break;
    case SnapshotKind::oom_victim:
      process.oom_mark = scene.event;
      process.oom_memory = text_of(snapshot);
      break;
    default:
      break;
  }
}

void DeathWatch::on(const Loss& loss, const Scene&) {
  (loss.signals_and_tasks ? lost_others_ : lost_calls_) += loss.count;
}

void DeathWatch::finish(const Scene& scene, std::vector<Finding>& findings) {
  const deaths::Inquest inquest{scene.header, deaths_, truncations_, senders_, lost_calls_, lost_others_};
  findings = deaths::tell_deaths(inquest);
  if (more_deaths_ == 0) return;
  findings.push_back(
      {.severity = Severity::note,
       .confidence = Confidence::certain,
       .sentence = fmt::format("{} more processes ended badly; the first {} are told", more_deaths_, death_limit)});
}

}  // namespace sysreel
