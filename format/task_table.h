// The tasks of a chunk, each named once by process and thread id and known by its number.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "format/chunk_view.h"
#include "format/column.h"

namespace sysreel {

// The writing side: numbers tasks from 0 in the order in which they come.
class TaskTableWriter {
 public:
  std::uint32_t number_of(Pid pid, Tid tid) {
    const TaskKey task{pid, tid};
    Recent& recent = recent_[static_cast<std::uint32_t>(raw(tid)) % recent_.size()];
    if (recent.task == task && recent.chunk == chunk_) return recent.number;
    const auto key = std::uint64_t{static_cast<std::uint32_t>(raw(pid))} << 32 | static_cast<std::uint32_t>(raw(tid));
    const auto [entry, fresh] = numbers_.try_emplace(key, static_cast<std::uint32_t>(tasks_.size()));
    if (fresh) {
      pids_.put_signed(std::int64_t{raw(pid)} - last_pid_);
      tids_.put_signed(std::int64_t{raw(tid)} - raw(pid));
      last_pid_ = raw(pid);
      tasks_.push_back(task);
    }
    recent = {task, entry->second, chunk_};
    return entry->second;
  }

  const std::vector<TaskKey>& tasks() const { return tasks_; }
  const ColumnWriter& pids() const { return pids_; }
  const ColumnWriter& tids() const { return tids_; }

  void clear() {
    ++chunk_;
    numbers_.clear();
    tasks_.clear();
    pids_.clear();
    tids_.clear();
    last_pid_ = 0;
  }

 private:
  struct Recent {
    TaskKey task;
    std::uint32_t number = 0;
    std::uint64_t chunk = 0;
  };

  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::vector<TaskKey> tasks_;
  std::array<Recent, 64> recent_;  // by thread id: what spares a look at `numbers_`
  std::uint64_t chunk_ = 1;
  ColumnWriter pids_;
  ColumnWriter tids_;
  int last_pid_ = 0;
};

// The reading side. False if the columns do not fit each other or an id is out of range.
inline bool load_tasks(ByteSpan pids, ByteSpan tids, std::vector<TaskKey>& tasks) {
  tasks.clear();
  ColumnReader pid_column(pids);
  ColumnReader tid_column(tids);
  std::int64_t pid = 0;
  while (!pid_column.at_end()) {
    pid = sum(pid, pid_column.get_signed());
    const std::int64_t tid = sum(pid, tid_column.get_signed());
    if (pid != static_cast<std::int32_t>(pid) || tid != static_cast<std::int32_t>(tid)) return false;
    tasks.push_back({Pid{static_cast<std::int32_t>(pid)}, Tid{static_cast<std::int32_t>(tid)}});
  }
  return pid_column.good() && tid_column.spent();
}

}  // namespace sysreel
