#include "analyzer/model/model.h"

#include <algorithm>
#include <charconv>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

constexpr std::uint64_t clone_files = 0x400;
constexpr std::uint64_t clone_thread = 0x10000;

std::vector<std::byte> copy(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

// Values of uapi asm-generic/fcntl.h, linux/fcntl.h, linux/close_range.h, linux/prctl.h.
constexpr std::uint32_t o_cloexec = 0x80000;
constexpr std::uint32_t f_dupfd = 0, f_setfd = 2, f_dupfd_cloexec = 1030;
constexpr std::uint32_t close_range_cloexec = 4;
constexpr std::uint32_t pr_set_name = 15;
constexpr std::int64_t erestart_restartblock = 516;  // linux/errno.h: the kernel goes on by restart_syscall

}  // namespace

void Model::on(const Call& call) {
  if (call.result == -erestart_restartblock) interrupted_[raw(call.tid)] = {call.abi, call.nr};
  const CallEffect effect = effect_of(call.abi, call.nr);
  if (effect == CallEffect::none || call.result < 0 || (call.flags & (call_in_flight | call_no_result)) != 0) return;
  apply(call, effect);
}

void Model::apply(const Call& call, CallEffect effect) {
  const auto found = processes_.find(raw(call.pid));
  if (found == processes_.end()) return;
  Process& mine = found->second;
  const auto argument = [&](std::size_t index) { return static_cast<std::uint32_t>(call.args[index]); };
  const auto fd = static_cast<int>(argument(0));
  switch (effect) {
    case CallEffect::none: break;
    case CallEffect::close: mine.fds->erase(fd); break;
    case CallEffect::duplicate:
    case CallEffect::duplicate_to: duplicate(*mine.fds, fd, static_cast<int>(call.result), false); break;
    case CallEffect::duplicate_to_flags:
      duplicate(*mine.fds, fd, static_cast<int>(call.result), (argument(2) & o_cloexec) != 0);
      break;
    case CallEffect::fcntl: {
      const std::uint32_t command = argument(1);
      if (command == f_dupfd || command == f_dupfd_cloexec) {
        duplicate(*mine.fds, fd, static_cast<int>(call.result), command == f_dupfd_cloexec);
      }
      const auto entry = mine.fds->find(fd);
      if (command == f_setfd && entry != mine.fds->end()) entry->second.close_on_exec = (argument(2) & 1) != 0;
      break;
    }
    case CallEffect::close_range: {
      const auto first = mine.fds->lower_bound(fd);
      const auto last = argument(1) > INT32_MAX ? mine.fds->end() : mine.fds->upper_bound(static_cast<int>(argument(1)));
      if (fd < 0) break;
      if ((argument(2) & close_range_cloexec) == 0) {
        mine.fds->erase(first, last);
      } else {
        for (auto entry = first; entry != last; ++entry) entry->second.close_on_exec = true;
      }
      break;
    }
    case CallEffect::bind: {
      const auto entry = mine.fds->find(fd);
      if (entry != mine.fds->end()) entry->second.only_bound = true;
      break;
    }
    case CallEffect::change_folder:
      // Where a path leads only the kernel knows: recorders look after the call.
      if (mine.cwd_time < call.start) mine.cwd.clear();
      break;
    case CallEffect::rename_task: {
      if (argument(0) != pr_set_name) break;
      for (const Block& block : call.blocks) {
        if (block.address != call.args[1]) continue;
        const std::string_view text(reinterpret_cast<const char*>(block.data.data()), block.data.size());
        tasks_[raw(call.tid)] = {call.pid, std::string(text.substr(0, std::min<std::size_t>(text.find('\0'), 15)))};
        return;
      }
      tasks_[raw(call.tid)].comm.clear();
      break;
    }
  }
}

void Model::duplicate(Table& table, int from, int to, bool close_on_exec) {
  const auto source = table.find(from);
  if (source == table.end()) {
    table.erase(to);
    return;
  }
  Descriptor copy = source->second;
  copy.close_on_exec = close_on_exec;
  table[to] = std::move(copy);
}

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
  if (!interrupted_.empty()) interrupted_.erase(raw(tid));
  if (tasks_.erase(raw(tid)) == 0) return;
  const auto found = processes_.find(raw(pid));
  if (found != processes_.end() && (found->second.threads == 0 || --found->second.threads == 0)) processes_.erase(found);
}

Descriptor descriptor_of(const FdFact& fact) {
  return {.kind = fact.kind,
          .late = fact.late,
          .close_on_exec = (fact.open_flags & o_cloexec) != 0,
          .mode = fact.mode,
          .device = fact.device,
          .inode = fact.inode,
          .special = fact.special,
          .open_flags = fact.open_flags,
          .path = std::string(fact.path),
          .family = fact.family,
          .socket_type = fact.socket_type,
          .protocol = fact.protocol,
          .local = copy(fact.local),
          .peer = copy(fact.peer),
          .extra = std::string(fact.extra)};
}

void Model::on(const FdFact& fact) {
  Table& table = *process(fact.pid).fds;
  if (fact.cause == FdCause::closed) {
    table.erase(fact.fd);
    return;
  }
  table[fact.fd] = descriptor_of(fact);
  constexpr std::string_view peer = "peer:";
  constexpr std::uint16_t sock_dgram = 2;
  if (!fact.extra.starts_with(peer) || fact.socket_type == sock_dgram) return;
  std::uint64_t other = 0;
  std::from_chars(fact.extra.data() + peer.size(), fact.extra.data() + fact.extra.size(), other);
  if (other != 0) unix_peers_.note(other, fact.inode);
}

void Model::on(const Snapshot& snapshot) {
  std::string_view text{reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  if (snapshot.kind == SnapshotKind::cwd) {
    process(snapshot.pid).cwd = text;
    process(snapshot.pid).cwd_time = snapshot.time;
  }
  if (snapshot.kind == SnapshotKind::comm) {
    const bool is_new = tasks_.insert_or_assign(raw(snapshot.tid), Task{snapshot.pid, std::string(text)}).second;
    if (is_new) ++process(snapshot.pid).threads;
  }
}

const Descriptor* Model::descriptor(Pid pid, int fd) const {
  const Descriptor* known = known_descriptor(pid, fd);
  if (!live_) return known;
  auto now = live_->descriptor(pid, fd);
  if (!now) return nullptr;
  live_descriptor_ = *std::move(now);
  if (known && known->inode == live_descriptor_.inode && known->kind == FdKind::socket) {
    live_descriptor_.only_bound = known->only_bound;
    // What the socket was connected to, when the other end is gone.
    if (live_descriptor_.peer.empty()) live_descriptor_.peer = known->peer;
    if (live_descriptor_.extra.empty()) live_descriptor_.extra = known->extra;
  }
  return &live_descriptor_;
}

const Descriptor* Model::known_descriptor(Pid pid, int fd) const {
  const auto found = processes_.find(raw(pid));
  if (found == processes_.end()) return nullptr;
  const auto entry = found->second.fds->find(fd);
  return entry == found->second.fds->end() ? nullptr : &entry->second;
}

std::string_view Model::comm(Tid tid) const {
  const auto found = tasks_.find(raw(tid));
  return found == tasks_.end() ? std::string_view{} : std::string_view(found->second.comm);
}

const abi::SyscallRow* Model::interrupted_call(Tid tid) const {
  const auto found = interrupted_.find(raw(tid));
  return found == interrupted_.end() ? nullptr : abi::row_of(found->second.abi, found->second.nr);
}

std::string_view Model::cwd(Pid pid) const {
  if (live_) return live_cwd_ = live_->cwd(pid);
  const auto found = processes_.find(raw(pid));
  return found == processes_.end() ? std::string_view{} : std::string_view(found->second.cwd);
}

}  // namespace sysreel
