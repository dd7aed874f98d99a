#include "recorder/ebpf/record_delivery.h"

#include <algorithm>
#include <cstring>

#include "format/abi/abi.h"
#include "recorder/ebpf/death_records.h"
#include "recorder/ebpf/fd_identity.h"
#include "recorder/fd_changes.h"
#include "recorder/proc.h"

namespace sysreel {
namespace {

Nanos nanos(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

const std::byte* body_of(const sr_record& record) { return reinterpret_cast<const std::byte*>(&record + 1); }

// The sr_fd that begins at `at`, with what stands behind it.
ByteSpan fact_at(const std::byte* at) {
  sr_fd fact;
  std::memcpy(&fact, at, sizeof fact);
  return {at, fact.size};
}

// Appends the blocks of a record; returns where they end.
const std::byte* append_blocks(const sr_record& record, std::vector<Block>& blocks) {
  const std::byte* at = body_of(record);
  for (unsigned i = 0; i < record.block_count; ++i) {
    sr_block block;
    std::memcpy(&block, at, sizeof block);
    at += sizeof block;
    blocks.push_back({block.address, {at, block.length}, block.wanted, static_cast<Phase>(block.phase),
                      static_cast<BlockEnd>(block.end)});
    at += padded(block.length);
  }
  return at;
}

// Whether a later block shows what this one, which failed at entry, could not.
bool mended(const Block& failed, const std::vector<Block>& blocks) {
  if (failed.phase != Phase::entry || failed.end != BlockEnd::fault) return false;
  for (const Block& block : blocks) {
    if (&block > &failed && block.phase == Phase::entry && block.address == failed.address) return true;
  }
  return false;
}

// Sets all that a record says; what it does not say is left as it is.
void call_from(const sr_record& record, Call& call) {
  call.pid = Pid{static_cast<std::int32_t>(record.pid)};
  call.tid = Tid{static_cast<std::int32_t>(record.tid)};
  call.start = nanos(record.start);
  call.duration = nanos(record.end - record.start);
  call.on_cpu = {record.on_cpu};
  call.abi = static_cast<Abi>(record.abi);
  call.flags = record.flags;
  call.nr = SyscallNr{record.nr};
  std::memcpy(call.args.data(), record.args, sizeof record.args);
  call.result = record.result;
  call.ip = record.ip;
}

// Number of a call among those of both ABIs; beyond the end for all others.
std::size_t plan_index(Abi abi, SyscallNr nr) {
  if (raw(nr) < 0 || raw(nr) >= SR_ABI_SLOTS || (abi != Abi::x86_64 && abi != Abi::i386)) return SR_PLAN_UNKNOWN;
  return static_cast<std::size_t>(raw(nr)) + (abi == Abi::i386 ? SR_ABI_SLOTS : 0);
}

}  // namespace

RecordDelivery::RecordDelivery(const RecordOptions& options)
    : announce_entries_(options.announce_entries), fd_identity_(options.fd_identity), changes_fds_(SR_PLAN_UNKNOWN) {
  for (const Abi abi : {Abi::x86_64, Abi::i386}) {
    for (int nr = 0; nr < SR_ABI_SLOTS; ++nr) {
      const abi::SyscallRow* const row = abi::row_of(abi, SyscallNr{nr});
      if (!row) continue;
      const bool by_result = row->result == abi::ResultKind::fd;  // the kernel's facts come with the record
      changes_fds_[plan_index(abi, SyscallNr{nr})] = !by_result && (row->classes & (abi::makes_fd | abi::changes_fds)) != 0;
    }
  }
}

void RecordDelivery::take(const sr_record& record) {
  if (record.kind != SR_RECORD_ENTRY) return deliver_call(record);
  const auto* const bytes = reinterpret_cast<const std::byte*>(&record);
  entries_[static_cast<std::int32_t>(record.tid)].assign(bytes, bytes + record.size);
  if (!announce_entries_) return;
  Call call;
  call_from(record, call);
  call.flags |= call_in_flight;
  blocks_.clear();
  append_blocks(record, blocks_);
  call.blocks = blocks_;
  sink_->on(call);
}

void RecordDelivery::deliver_call(const sr_record& record) {
  Call& call = call_;  // made once: to clear some two hundred bytes took a tenth of the time of an event
  call_from(record, call);
  blocks_.clear();
  // A thread makes one call at a time: what was kept of its entry is spent with it. Most calls have no such part.
  decltype(entries_)::node_type spent;
  if (record.kind == SR_RECORD_CALL_REST) {
    spent = entries_.extract(static_cast<std::int32_t>(record.tid));
    if (!spent.empty()) {
      const auto& part = *reinterpret_cast<const sr_record*>(spent.mapped().data());
      if (part.start == record.start) append_blocks(part, blocks_);
    }
  }
  const std::byte* at = append_blocks(record, blocks_);
  if (!spent.empty()) std::erase_if(blocks_, [this](const Block& block) { return mended(block, blocks_); });
  if (!exec_paths_.empty()) mend_exec_path(call);
  call.blocks = blocks_;
  const std::byte* const facts = at;
  for (unsigned i = 0; i < record.fd_count; ++i) at += fact_at(at).size();
  call.stack = {reinterpret_cast<const std::uint64_t*>(at), record.stack_depth};
  // What a call made precedes the call, so that a reader knows it when it prints the result.
  described_.clear();
  for (const std::byte* fact = facts; fact < at; fact += fact_at(fact).size()) deliver_fact(call, fact_at(fact));
  if (may_change_fds(call)) deliver_other_fds(call);
  sink_->on(call);
  if (watching_ends_) ends_[raw(call.tid)] = call.end();
}

// The path of an execve may not have been resident at its entry, and is gone after it: the kernel's copy stands in.
void RecordDelivery::mend_exec_path(const Call& call) {
  const auto found = exec_paths_.find(raw(call.tid));
  if (found == exec_paths_.end()) return;
  exec_path_ = std::move(found->second);
  exec_paths_.erase(found);
  for (Block& block : blocks_) {
    if (block.address != call.args[0] || block.end != BlockEnd::fault || !block.data.empty()) continue;
    block.data = std::as_bytes(std::span(exec_path_.c_str(), exec_path_.size() + 1));
    block.end = BlockEnd::whole;
  }
}

void RecordDelivery::deliver_fact(const Call& call, ByteSpan bytes) {
  FdIdentity identity(bytes);
  if (identity.is_folder()) return deliver_folder(call, identity.path());
  FdFact fact = identity.fact();
  described_.push_back(fact.fd);
  fact.pid = call.pid;
  fact.tid = call.tid;
  fact.time = call.end();
  if (identity.is_whole()) return sink_->on(fact);
  // What else there is to know is asked of /proc, provided that the descriptor still is the same file.
  FdFact found = fact;
  if (fact.kind != FdKind::socket) {
    identity.find_path(fact);
  } else if (lookup_.look_up(fact.pid, fact.tid, fact.fd, found) && found.inode == fact.inode) {
    found.late = true;
    return sink_->on(found);
  }
  sink_->on(fact);
}

void RecordDelivery::deliver_folder(const Call& call, std::string path) {
  if (path.empty()) {
    const auto now = proc::read_link(proc::path_of(call.tid, "cwd"));
    if (!now) return;
    path = *now;
  }
  sink_->on(Snapshot{call.pid, call.tid, call.end(), SnapshotKind::cwd, std::as_bytes(std::span(path))});
}

// Descriptors that the programs did not describe: more than they look at.
void RecordDelivery::deliver_other_fds(const Call& call) {
  const abi::SyscallRow* const row = abi::row_of(call.abi, call.nr);
  if (!row) return;
  for (const int fd : fds_changed_by(call, abi::variant_of(*row, call.args))) {
    if (std::find(described_.begin(), described_.end(), fd) != described_.end()) continue;
    FdFact fact;
    fact.pid = call.pid;
    fact.tid = call.tid;
    fact.time = call.end();
    if (!lookup_.look_up(call.pid, call.tid, fd, fact)) continue;
    fact.late = true;
    sink_->on(fact);
  }
}

bool RecordDelivery::may_change_fds(const Call& call) {
  if (!fd_identity_ || call.result < 0) return false;
  const std::size_t index = plan_index(call.abi, call.nr);
  return index < changes_fds_.size() && changes_fds_[index];
}

void RecordDelivery::take(const KernelEvent& kept) {
  const sr_event& event = kept.event;
  const auto tid = static_cast<std::int32_t>(event.tid);
  const Pid pid{static_cast<std::int32_t>(event.pid)};
  switch (event.kind) {
    case SR_EVENT_FORK: {
      TaskNew task;
      task.pid = pid;
      task.tid = Tid{tid};
      task.time = nanos(event.time);
      task.origin = static_cast<TaskOrigin>(event.origin);
      task.parent_pid = Pid{static_cast<std::int32_t>(event.other_pid)};
      task.parent_tid = Tid{static_cast<std::int32_t>(event.other_tid)};
      task.clone_flags = event.value;
      task.comm = {event.comm, strnlen(event.comm, sizeof event.comm)};
      return add_task(task);
    }
    case SR_EVENT_EXEC: {
      const auto former = static_cast<std::int32_t>(event.other_tid);
      rename(former, tid);
      exec_paths_[former] = kept.payload;
      return sink_->on(Exec{pid, Tid{tid}, Tid{former}, nanos(event.time), kept.payload});
    }
    case SR_EVENT_EXIT:
      tasks_.erase(tid);
      entries_.erase(tid);
      exec_paths_.erase(tid);
      if (event.last_thread) {
        lookup_.forget(pid);
        signals_.forget(pid);
      }
      return sink_->on(TaskExit{pid, Tid{tid}, nanos(event.time), event.number, event.last_thread != 0});
    case SR_EVENT_SIGNAL: return sink_->on(signal_of(event));
    case SR_EVENT_FAULT: return deliver_fault(signal_of(event), kept.payload, *sink_);
    case SR_EVENT_VICTIM:
      if (tasks_.contains(raw(pid))) deliver_victim(event, kept.payload, *sink_);
      return;
    case SR_EVENT_LAYOUT: return deliver_layout(event, kept.payload, *sink_);
    default: return;
  }
}

void RecordDelivery::add_task(const TaskNew& task) {
  if (!tasks_.emplace(raw(task.tid), raw(task.pid)).second) return;
  sink_->on(task);
  if (task.origin != TaskOrigin::attached) return;
  const auto status = proc::status_of(task.tid);
  if (!status) return;
  signals_.found_pending(task.pid, status->pending);
  if (raw(task.tid) == raw(task.pid)) signals_.found_pending(task.pid, status->shared_pending);
}

// After an exec by another thread than the leader: the thread goes on under the process's id. Its execve, which has not
// ended yet, is still recorded under the former one.
void RecordDelivery::rename(std::int32_t from, std::int32_t to) {
  if (from == to) return;
  const auto found = tasks_.find(from);
  if (found == tasks_.end()) return;
  tasks_[to] = found->second;
  tasks_.erase(from);
}

Signal RecordDelivery::signal_of(const sr_event& event) {
  Signal signal;
  signal.pid = Pid{static_cast<std::int32_t>(event.pid)};
  signal.tid = Tid{static_cast<std::int32_t>(event.tid)};
  signal.time = nanos(event.time);
  signal.stage = static_cast<SignalStage>(event.stage);
  signal.abi = static_cast<Abi>(event.abi);
  signal.signo = event.number;
  signal.siginfo = {reinterpret_cast<const std::byte*>(event.siginfo), event.length};
  signal.sender_pid = Pid{static_cast<std::int32_t>(event.other_pid)};
  signal.sender_tid = Tid{static_cast<std::int32_t>(event.other_tid)};
  signal.sender_comm = {event.sender, strnlen(event.sender, sizeof event.sender)};
  if (signal.stage == SignalStage::delivered) {
    signal.ip = event.value;
    signals_.delivered(signal.pid, signal.signo);
  } else if (signal.stage == SignalStage::generated) {
    signal.sender_call = static_cast<std::uint32_t>(event.sender_call + 1);
    if (event.value != 0) signals_.sent(signal.pid, signal.signo);
  }
  return signal;
}

void RecordDelivery::watch_ends(bool watch) {
  watching_ends_ = watch;
  ends_.clear();
}

bool RecordDelivery::ended_after(Tid tid, Nanos time) const {
  const auto found = ends_.find(raw(tid));
  return found != ends_.end() && found->second > time;
}

std::vector<Block> RecordDelivery::entry_blocks(Tid tid, std::uint64_t start) const {
  std::vector<Block> blocks;
  const auto found = entries_.find(raw(tid));
  if (found == entries_.end()) return blocks;
  const auto& part = *reinterpret_cast<const sr_record*>(found->second.data());
  if (part.start == start) append_blocks(part, blocks);
  return blocks;
}

}  // namespace sysreel
