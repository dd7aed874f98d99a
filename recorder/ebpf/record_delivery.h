// Turns records and kernel events into the events of format/event.h.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "format/event.h"
#include "recorder/ebpf/ring_merge.h"
#include "recorder/ebpf/signal_ledger.h"
#include "recorder/event_source.h"
#include "recorder/fd_lookup.h"

namespace sysreel {

// Joins what belongs together (an entry record with its call), keeps the list of living tasks, and delivers to the sink
// of the moment. Used by one thread.
class RecordDelivery final : public RecordTaker {
 public:
  explicit RecordDelivery(const RecordOptions& options);

  void set_sink(EventSink* sink) { sink_ = sink; }
  void take(const sr_record& record) override;
  void take(const KernelEvent& event) override;

  // Delivers a TaskNew unless the thread is known.
  void add_task(const TaskNew& task);
  const std::unordered_map<std::int32_t, std::int32_t>& tasks() const { return tasks_; }

  // Signals whose delivery was seen and whose sending was not, since the start.
  std::uint64_t unannounced_signals() const { return signals_.unannounced(); }

  // Notes, from now on until the next call of this function, when the last call of each thread ended.
  void watch_ends(bool watch);
  // Whether a call of this thread that ended after `time` was delivered under the watch.
  bool ended_after(Tid tid, Nanos time) const;

  // Blocks that were copied when the call that this thread is in began; nothing if there are none.
  std::vector<Block> entry_blocks(Tid tid, std::uint64_t start) const;

 private:
  using EntryPart = std::vector<std::byte>;  // a whole sr_record

  void deliver_call(const sr_record& record);
  void deliver_fact(const Call& call, ByteSpan bytes);
  void deliver_folder(const Call& call, std::string path);
  void deliver_other_fds(const Call& call);
  bool may_change_fds(const Call& call);
  Signal signal_of(const sr_event& event);
  void mend_exec_path(const Call& call);
  void rename(std::int32_t from, std::int32_t to);

  const bool announce_entries_;
  const bool fd_identity_;
  std::vector<bool> changes_fds_;  // by ABI and number: descriptors in memory may come of it
  FdLookup lookup_;
  SignalLedger signals_;
  EventSink* sink_ = nullptr;
  std::unordered_map<std::int32_t, std::int32_t> tasks_;  // tid -> pid
  std::unordered_map<std::int32_t, EntryPart> entries_;   // by tid: what was copied at the entry of the call it is in
  Call call_;  // the one at hand
  std::vector<Block> blocks_;
  std::unordered_map<std::int32_t, std::string> exec_paths_;  // by tid: of the execve that has succeeded and not ended yet
  std::string exec_path_;
  std::vector<int> described_;  // descriptors of the call at hand about which the programs told
  bool watching_ends_ = false;
  std::unordered_map<std::int32_t, Nanos> ends_;
};

}  // namespace sysreel
