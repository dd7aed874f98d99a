#include "analyzer/diagnosis/leaks/unwaited_children.h"

#include <fmt/format.h>

#include <cstring>
#include <map>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/text/memory_image.h"

namespace sysreel {
namespace {

constexpr std::size_t many = 3;
constexpr Nanos old = millis(1000);
constexpr std::uint64_t sigchld = 17, sig_ign = 1;  // uapi asm/signal.h
constexpr std::uint64_t clone_thread = 0x10000;     // uapi linux/sched.h

// The pid in the siginfo that waitid fills; 0 if it is not known.
int waited_by_waitid(const Call& call) {
  const std::size_t offset = call.abi == Abi::i386 ? 12 : 16;
  std::int32_t pid = 0;
  const auto bytes = text::MemoryImage(call.blocks).output(call.args[2] + offset, sizeof pid);
  if (bytes) std::memcpy(&pid, bytes->data(), sizeof pid);
  return pid;
}

bool sets_to_ignore(const Call& call) {
  if (call.args[0] != sigchld || call.args[1] == 0) return false;
  std::uint64_t handler = 0;
  const auto bytes = text::MemoryImage(call.blocks).input(call.args[1], word_size(call.abi));
  if (bytes) std::memcpy(&handler, bytes->data(), bytes->size());
  return handler == sig_ign;
}

}  // namespace

void UnwaitedChildren::on(const Call& call, const Scene&) {
  now_ = std::max(now_, call.end());
  if (call.has(call_in_flight) || call.failed()) return;
  const std::string_view name = call_name(call);
  if (name == "rt_sigaction") {
    if (sets_to_ignore(call)) ignores_.make(raw(call.pid));
    return;
  }
  const int child = name == "waitid" ? waited_by_waitid(call) : static_cast<int>(call.result);
  if (child > 0) zombies_.erase(child);
}

void UnwaitedChildren::on(const TaskNew& task, const Scene&) {
  now_ = std::max(now_, task.time);
  zombies_.erase(raw(task.pid));  // a pid that is given again was waited for
  if ((task.clone_flags & clone_thread) != 0 || raw(task.parent_pid) == 0 || task.parent_pid == task.pid) return;
  if (int* parent = parents_.make(raw(task.pid))) *parent = raw(task.parent_pid);
}

void UnwaitedChildren::on(const TaskExit& exit, const Scene& scene) {
  now_ = std::max(now_, exit.time);
  if (!exit.whole_process) return;
  const int pid = raw(exit.pid);
  // Its own children go to another parent.
  zombies_.erase_if([&](int, const Zombie& zombie) { return zombie.parent == pid; });
  parents_.erase_if([&](int, int parent) { return parent == pid; });
  const int* parent = parents_.find(pid);
  if (parent && !ignores_.find(*parent)) {
    if (Zombie* zombie = zombies_.make(pid)) *zombie = {*parent, scene.name(Pid{*parent}), exit.time, scene.evidence(fmt::format("{} ended", scene.name(exit.pid)))};
  }
  parents_.erase(pid);
  ignores_.erase(pid);
}

void UnwaitedChildren::finish(const Scene&, std::vector<Finding>& findings) {
  struct Family {
    std::size_t zombies = 0;
    const Zombie* first = nullptr;
  };
  std::map<int, Family> families;
  for (const auto& [pid, zombie] : zombies_) {
    if (now_ - zombie.since < old) continue;
    Family& family = families[zombie.parent];
    if (family.zombies++ == 0 || zombie.since < family.first->since) family.first = &zombie;
  }
  for (const auto& [parent, family] : families) {
    if (family.zombies < many) continue;
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::certain,
                        .pid = Pid{parent},
                        .time = family.first->since,
                        .sentence = fmt::format("{} has {} children that ended and were not waited for", family.first->parent_name, family.zombies),
                        .evidence = {family.first->evidence},
                        .advice = "call waitpid when SIGCHLD comes, or ignore SIGCHLD if their status does not matter"});
  }
}

}  // namespace sysreel
