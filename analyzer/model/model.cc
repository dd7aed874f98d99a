#include "analyzer/model/model.h"

namespace sysreel {
namespace {

constexpr std::uint64_t clone_files = 0x400;
constexpr std::uint64_t clone_thread = 0x10000;

std::vector<std::byte> copy(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

void Model::on(const Call&) {}

void Model::on(const TaskNew& task) {
  const bool known_process = processes_.contains(raw(task.pid));
  Process& mine = process(task.pid);
  if (tasks_.try_emplace(raw(task.tid), Task{task.pid, std::string(task.comm)}).second) ++mine.threads;
  const auto parent = processes_.find(raw(task.parent_pid));
  if (known_process || parent == processes_.end() || (task.clone_flags & clone_thread) != 0) return;
  mine.cwd = parent->second.cwd;
  mine.fds = (task.clone_flags & clone_files) != 0 ? parent->second.fds : std::make_shared<Table>(*parent->second.fds);
}

void Model::on(const Exec& exec) {
  Process& mine = process(exec.pid);
  auto kept = std::make_shared<Table>();
  for (const auto& [fd, descriptor] : *mine.fds) {
    if (!descriptor.close_on_exec) kept->emplace(fd, descriptor);
  }
  mine.fds = std::move(kept);
  if (exec.former_tid != exec.tid) forget(exec.pid, exec.former_tid);
  if (!exec.path.empty()) {
    const std::string_view name = exec.path.substr(exec.path.rfind('/') + 1);
    tasks_[raw(exec.tid)] = {exec.pid, std::string(name.substr(0, 15))};
  }
}

void Model::on(const TaskExit& exit) { forget(exit.pid, exit.tid); }
void Model::on(const TaskDetach& detach) { forget(detach.pid, detach.tid); }

void Model::forget(Pid pid, Tid tid) {
  if (tasks_.erase(raw(tid)) == 0) return;
  const auto found = processes_.find(raw(pid));
  if (found != processes_.end() && (found->second.threads == 0 || --found->second.threads == 0)) processes_.erase(found);
}

void Model::on(const FdFact& fact) {
  Table& table = *process(fact.pid).fds;
  if (fact.cause == FdCause::closed) {
    table.erase(fact.fd);
    return;
  }
  constexpr std::uint32_t o_cloexec = 0x80000;
  table[fact.fd] = {fact.kind, fact.late, (fact.open_flags & o_cloexec) != 0, fact.mode, fact.device, fact.inode, fact.special,
                    fact.open_flags, std::string(fact.path), fact.family, fact.socket_type, fact.protocol, copy(fact.local),
                    copy(fact.peer), std::string(fact.extra)};
}

void Model::on(const Snapshot& snapshot) {
  std::string_view text{reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  if (snapshot.kind == SnapshotKind::cwd) process(snapshot.pid).cwd = text;
  if (snapshot.kind == SnapshotKind::comm) tasks_[raw(snapshot.tid)] = {snapshot.pid, std::string(text)};
}

const Descriptor* Model::descriptor(Pid pid, int fd) const {
  const auto found = processes_.find(raw(pid));
  if (found == processes_.end()) return nullptr;
  const auto entry = found->second.fds->find(fd);
  return entry == found->second.fds->end() ? nullptr : &entry->second;
}

std::string_view Model::comm(Tid tid) const {
  const auto found = tasks_.find(raw(tid));
  return found == tasks_.end() ? std::string_view{} : std::string_view(found->second.comm);
}

std::string_view Model::cwd(Pid pid) const {
  const auto found = processes_.find(raw(pid));
  return found == processes_.end() ? std::string_view{} : std::string_view(found->second.cwd);
}

}  // namespace sysreel
