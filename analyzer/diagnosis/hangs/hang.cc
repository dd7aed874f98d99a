#include "analyzer/diagnosis/hangs/hang.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/diagnosis/wording.h"

namespace sysreel {
namespace {

constexpr Nanos long_wait = millis(1000);
constexpr std::size_t finding_limit = 32;
constexpr std::size_t process_limit = 65536;
constexpr std::uint64_t futex_operation_mask = 0x7f, futex_wake = 1;  // uapi linux/futex.h

std::string_view waiting_text(WaitsFor what) {
  switch (what) {
    case WaitsFor::data: return "waits for data on";
    case WaitsFor::room: return "waits for room to write on";
    case WaitsFor::lock: return "waits for a lock on";
    case WaitsFor::wake: return "waits to be woken on futex";
    case WaitsFor::child: return "waits for a child to end";
    case WaitsFor::device: return "waits in the kernel";
    case WaitsFor::nothing: break;
  }
  return "is idle";
}

std::string_view advice_for(WaitsFor what) {
  switch (what) {
    case WaitsFor::data: return "find out why nobody writes to the other end; close write ends that are not used";
    case WaitsFor::room: return "find out why nobody reads from the other end";
    case WaitsFor::lock: return "find who holds the lock: /proc/locks, lslocks";
    case WaitsFor::wake: return "see where the lock was taken and not released; record with -k for stacks";
    case WaitsFor::child: return "see what the child waits for";
    default: return "see what the device or file system is busy with";
  }
}

// `still`: every thread of its process waits.
bool is_hang(const Blocked& blocked, bool still) {
  switch (blocked.what) {
    case WaitsFor::nothing: return false;
    case WaitsFor::wake:  // else it is a worker that waits for work
    case WaitsFor::child: return still;
    case WaitsFor::data: return blocked.pipe || blocked.peer != 0;
    default: return true;
  }
}

}  // namespace

void Hang::on(const Call& call, const Scene& scene) {
  now_ = std::max(now_, call.end());
  if (Blocked* blocked = threads_.on(call, scene)) {
    blocked->enders = who_can_end(*blocked, scene);
    if (std::string* name = names_.make(raw(call.pid))) *name = blocked->name;
  }
  if (call.has(call_in_flight) || call_name(call) != "futex" || (call.args[1] & futex_operation_mask) != futex_wake) return;
  if (Wake* wake = wakes_.make({raw(call.pid), call.args[0]})) *wake = {call.tid, call.end()};
}

void Hang::on(const TaskNew& task, const Scene&) {
  if (thread_count_.size() >= process_limit) return;
  ++thread_count_[raw(task.pid)];
  if (raw(task.parent_pid) != raw(task.pid)) parents_[raw(task.pid)] = raw(task.parent_pid);
}

void Hang::on(const TaskExit& exit, const Scene&) {
  threads_.on(exit);
  const auto count = thread_count_.find(raw(exit.pid));
  if (count != thread_count_.end() && count->second > 0) --count->second;
  if (!exit.whole_process) return;
  thread_count_.erase(raw(exit.pid));
  parents_.erase(raw(exit.pid));
  names_.erase(raw(exit.pid));
  wakes_.erase_if([&](const auto& key, const Wake&) { return key.first == raw(exit.pid); });
}

// Every thread of the process waits for somebody.
bool Hang::stands_still(Pid pid, const std::vector<Blocked>& blocked) const {
  std::size_t waiting = 0;
  for (const Blocked& one : blocked) waiting += one.pid == pid && one.what != WaitsFor::nothing && one.what != WaitsFor::device;
  const auto count = thread_count_.find(raw(pid));
  return count != thread_count_.end() && waiting > 0 && waiting >= count->second;
}

std::set<int> Hang::who_can_end(const Blocked& blocked, const Scene& scene) const {
  std::set<int> enders;
  constexpr std::uint32_t access_mode = 3, write_only = 1;
  const auto add_holders = [&](std::uint64_t inode) {
    scene.model.for_each_descriptor([&](Pid pid, int, const Descriptor& other) {
      if (other.inode != inode) return;
      const bool writes = (other.open_flags & access_mode) == write_only;
      if (!blocked.pipe || writes == (blocked.what == WaitsFor::data)) enders.insert(raw(pid));
    });
  };
  switch (blocked.what) {
    case WaitsFor::wake: enders.insert(raw(blocked.pid)); break;
    case WaitsFor::child:
      for (const auto& [child, parent] : parents_) {
        const bool awaited = blocked.object == 0 || blocked.object == static_cast<std::uint64_t>(child);
        if (parent == raw(blocked.pid) && awaited) enders.insert(child);
      }
      break;
    case WaitsFor::data:
    case WaitsFor::room:
      if (blocked.pipe && blocked.object != 0) add_holders(blocked.object);
      if (blocked.peer != 0) add_holders(blocked.peer);
      break;
    default: break;
  }
  return enders;
}

Finding Hang::describe(const Blocked& blocked) const {
  std::string on = blocked.what == WaitsFor::wake ? fmt::format(" {:#x}", blocked.object) : blocked.on.empty() ? std::string() : " " + blocked.on;
  // To wait for a child or for the next line of a pipe is what shells and filters do all day.
  const bool everyday = blocked.what == WaitsFor::child || blocked.what == WaitsFor::data;
  Finding finding{.severity = everyday ? Severity::note : Severity::warning,
                  .confidence = Confidence::probable,
                  .pid = blocked.pid,
                  .time = blocked.start,
                  .sentence = fmt::format("{}, thread {}, {}{} since {}", blocked.name, raw(blocked.tid),
                                          waiting_text(blocked.what), on, span_text(now_ - blocked.start)),
                  .evidence = {blocked.evidence},
                  .advice = std::string(advice_for(blocked.what))};
  if (blocked.what == WaitsFor::wake) {
    const Wake* wake = wakes_.find({raw(blocked.pid), blocked.object});
    finding.details.push_back(wake ? fmt::format("it was last woken by thread {}, {} before the end", raw(wake->by), span_text(now_ - wake->at))
                                   : "nobody woke it in this recording");
  }
  std::string names;
  for (const int pid : blocked.enders) {
    const std::string* known = names_.find(pid);
    if (!names.empty()) names += ", ";
    names += pid == raw(blocked.pid) ? "the process itself" : known ? *known : fmt::format("process {}", pid);
  }
  if (!names.empty()) finding.details.push_back("only these can end it, of what was recorded: " + names);
  return finding;
}

void Hang::finish(const Scene&, std::vector<Finding>& findings) {
  const std::vector<Blocked> blocked = threads_.since_before(now_ - long_wait);
  std::set<int> stuck;  // processes of which every thread waits
  for (const Blocked& one : blocked) {
    if (stands_still(one.pid, blocked)) stuck.insert(raw(one.pid));
  }
  // A process is in a circle while all who could end its waits are stuck as well; take out the others until none is left.
  std::set<int> circle = stuck;
  for (bool changed = true; changed;) {
    changed = false;
    for (const Blocked& one : blocked) {
      if (!circle.contains(raw(one.pid))) continue;
      const bool hopeless = !one.enders.empty() && std::all_of(one.enders.begin(), one.enders.end(), [&](int pid) { return circle.contains(pid); });
      if (!hopeless) changed = circle.erase(raw(one.pid)) > 0;
    }
  }
  for (const Blocked& one : blocked) {
    if (findings.size() >= finding_limit || !is_hang(one, stuck.contains(raw(one.pid)))) continue;
    Finding finding = describe(one);
    if (circle.contains(raw(one.pid))) {
      finding.severity = Severity::error;
      finding.sentence += ", in a circle of waiting that nothing recorded can end";
      finding.missing = "whether a process outside the recording takes part";
    }
    findings.push_back(std::move(finding));
  }
}

}  // namespace sysreel
