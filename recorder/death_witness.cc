#include "recorder/death_witness.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <charconv>
#include <string_view>

#include "recorder/clock.h"
#include "recorder/memory_cgroup.h"
#include "recorder/proc.h"
#include "recorder/snapshot.h"

namespace sysreel {
namespace {

constexpr std::size_t samples_a_turn = 16;
constexpr std::size_t senders_remembered = 1000;
constexpr std::uint64_t worth_telling = 64;  // pages

bool ends_processes(int signo) {
  return signo == SIGKILL || signo == SIGTERM;
}

// The second number of /proc/PID/statm.
std::uint64_t resident_pages(std::string_view statm) {
  const std::size_t blank = statm.find(' ');
  std::uint64_t pages = 0;
  if (blank != std::string_view::npos) std::from_chars(statm.data() + blank + 1, statm.data() + statm.size(), pages);
  return pages;
}

}  // namespace

void DeathWitness::on(const TaskNew& task) {
  if (raw(task.pid) != raw(task.tid)) return;
  Process& process = living_[raw(task.pid)];
  const auto parent = living_.find(raw(task.parent_pid));
  if (parent != living_.end()) process.cgroup = parent->second.cgroup;
}

void DeathWitness::on(const Exec& exec) {
  living_.try_emplace(raw(exec.pid));
}

// A sender that is not recorded is known by its name alone, unless it is looked at while it lives.
void DeathWitness::on(const Signal& signal) {
  if (signal.stage != SignalStage::generated || !ends_processes(signal.signo)) return;
  if (signal.signo == SIGKILL) tell_counters(signal.pid);
  const int sender = raw(signal.sender_pid);
  if (sender == 0 || living_.contains(sender)) return;
  if (known_senders_.size() >= senders_remembered || !known_senders_.insert(sender).second) return;
  take_sender_snapshot(signal.sender_pid, sink_);
}

void DeathWitness::on(const TaskExit& exit) {
  if (!exit.whole_process) return;
  if (WIFSIGNALED(exit.status)) {
    tell_log(exit.pid);
    if (WTERMSIG(exit.status) == SIGKILL) tell_counters(exit.pid);
  }
  living_.erase(raw(exit.pid));
}

void DeathWitness::tell_counters(Pid pid) {
  Process& process = living_[raw(pid)];
  if (const auto cgroup = proc::read_file(proc::path_of(pid, "cgroup"))) {
    const std::string folder = memory_cgroup_folder(*cgroup);
    if (!folder.empty()) process.cgroup = folder;
  }
  if (process.cgroup.empty()) return;
  deliver_snapshot(pid, SnapshotKind::cgroup_memory, memory_counters(process.cgroup), sink_);
  deliver_snapshot(pid, SnapshotKind::pressure, proc::read_file("/proc/pressure/memory").value_or(""), sink_);
}

void DeathWitness::tell_log(Pid pid) {
  deliver_snapshot(pid, SnapshotKind::kernel_log, log_.news(), sink_);
}

void DeathWitness::sample_memory() {
  std::size_t sampled = 0;
  auto turn = living_.lower_bound(next_sampled_);
  for (; turn != living_.end() && sampled < samples_a_turn; ++turn, ++sampled) {
    const Pid pid{turn->first};
    const auto statm = proc::read_file(proc::path_of(pid, "statm"));
    if (!statm) continue;
    const std::uint64_t resident = resident_pages(*statm);
    const std::uint64_t before = turn->second.resident;
    const std::uint64_t change = resident > before ? resident - before : before - resident;
    if (change < worth_telling || change * 50 < before) continue;  // under 2 %
    turn->second.resident = resident;
    deliver_snapshot(pid, SnapshotKind::statm, *statm, sink_);
  }
  next_sampled_ = turn == living_.end() ? 0 : turn->first;
}

}  // namespace sysreel
