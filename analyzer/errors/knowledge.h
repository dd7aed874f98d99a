// Circumstances that explain failures: limits and credentials of processes, paths that exist, signals that came.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/failure_object.h"
#include "format/event.h"

namespace sysreel::errors {

// Collected from the events; bounded, and silent about what it did not see. Used by one thread.
class Knowledge {
 public:
  void on(const Snapshot& snapshot);
  void on(const TaskNew& task);
  void on(const Signal& signal);
  // The last thread of a process ended.
  void forget(Pid pid);
  void forget(Tid tid) { signals_.erase(raw(tid)); }

  // A call on a path succeeded: it exists, and so does the folder it is in.
  void exists(const Call& call, const CallShape& shape, std::string_view path);
  bool known_to_exist(std::string_view path) const { return paths_.contains(key_of(path)); }
  // Something at this path can be looked at without following links.
  bool known_as_link(std::string_view path) const { return paths_.contains(link_key(path)); }

  // "Max open files" of /proc/PID/limits as it was when recording began, for the process or the nearest ancestor known.
  std::optional<std::string> soft_limit(Pid pid, std::string_view name) const;
  // A line of /proc/PID/status: the value behind "Uid:".
  std::optional<std::string> status(Pid pid, std::string_view name) const;
  // The mount that a path is on, "/home (ext4)"; empty if unknown.
  std::string mount_of(std::string_view path) const;
  // A line of the memory control group: "memory.max".
  std::optional<std::string> cgroup_memory(std::string_view name) const;
  // The signal that a thread received last.
  const Signal* last_signal(Tid tid) const;

 private:
  static constexpr std::size_t path_limit = 1 << 17;
  static constexpr std::size_t process_limit = 4096;
  static Key link_key(std::string_view path) { return mixed(key_of(path), 1); }

  struct Texts {
    std::string limits, status;
  };
  std::shared_ptr<Texts> texts_of(Pid pid) const;

  std::unordered_map<int, std::shared_ptr<Texts>> processes_;  // children share their parent's
  std::unordered_map<int, Signal> signals_;                    // by thread, without the bytes behind spans
  std::unordered_set<Key> paths_;
  std::string mounts_;
  std::string cgroup_memory_;
};

}  // namespace sysreel::errors
