// What the events imply: which tasks there are, their names, and what their descriptors are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/model/call_effects.h"
#include "analyzer/model/live_state.h"
#include "format/abi/abi.h"
#include "format/event.h"
#include "format/header.h"

namespace sysreel {

// What is known about one open descriptor: an FdFact that owns its text. kind unknown and an empty path: only that it is open.
struct Descriptor {
  FdKind kind = FdKind::unknown;
  bool late = false;
  bool close_on_exec = false;
  std::uint32_t mode = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t special = 0;
  std::uint32_t open_flags = 0;
  std::string path;
  std::uint16_t family = 0;
  std::uint16_t socket_type = 0;
  std::uint16_t protocol = 0;
  std::vector<std::byte> local;
  std::vector<std::byte> peer;
  std::string extra;
  bool only_bound = false;  // a socket that has a local address, but neither listens nor is connected
};

// A copy of what the fact says.
Descriptor descriptor_of(const FdFact& fact);

// Which sockets are two ends of one connection, by inode. Remembers the latest ones: connections come and go as long as a
// recording lasts, and their ends are asked for while they are in use.
class SocketPeers {
 public:
  void note(std::uint64_t inode, std::uint64_t peer) {
    if (latest_.size() == generation) former_ = std::exchange(latest_, {});
    latest_[inode] = peer;
  }
  // 0: not known.
  std::uint64_t of(std::uint64_t inode) const {
    if (const auto found = latest_.find(inode); found != latest_.end()) return found->second;
    const auto found = former_.find(inode);
    return found == former_.end() ? 0 : found->second;
  }

 private:
  static constexpr std::size_t generation = 1 << 16;
  std::unordered_map<std::uint64_t, std::uint64_t> latest_, former_;
};

// Follows the events of a reel in order. Asked between two events, it answers for that moment; what was lost or never
// seen is unknown, never a guess. Used by one thread.
//
// A complete Call changes the model as of its exit: whoever renders prints the entry half first.
class Model final : public EventSink {
 public:
  void begin(const Header& header) { realtime_ahead_ = header.started_realtime - header.started; }
  void on(const ClockSample& sample) override { realtime_ahead_ = sample.realtime - sample.time; }
  void on(const Call& call) override;
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override;
  void on(const TaskExit& exit) override;
  void on(const TaskDetach& detach) override;
  void on(const FdFact& fact) override;
  void on(const Snapshot& snapshot) override;

  // From here on asks the processes themselves first. Borrowed; nullptr: asks no more.
  void ask(LiveState* live) { live_ = live; }

  // The descriptor of a process, nullptr if it is not known to be open. Valid until the next event or question.
  const Descriptor* descriptor(Pid pid, int fd) const;
  // Inode of the stream socket at the other end, as the fact about that end told; 0 if unknown. The end that connects is
  // looked at before the other exists.
  std::uint64_t unix_peer(std::uint64_t inode) const { return unix_peers_.of(inode); }
  // Name of a thread, empty if unknown. Valid as above, as is the folder.
  std::string_view comm(Tid tid) const;
  // Current directory of a process, empty if unknown.
  std::string_view cwd(Pid pid) const;
  // Calls `visit(Pid, int, const Descriptor&)` with every descriptor that is known to be open.
  template <typename Visit>
  void for_each_descriptor(Visit visit) const {
    for (const auto& [pid, process] : processes_) {
      for (const auto& [fd, descriptor] : *process.fds) visit(Pid{pid}, fd, descriptor);
    }
  }
  // By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC.
  Nanos realtime_ahead() const { return realtime_ahead_; }
  // The call of a thread that a signal interrupted and restart_syscall resumes, nullptr if unknown.
  const abi::SyscallRow* interrupted_call(Tid tid) const;
  // Threads that are recorded now.
  std::size_t tasks() const { return tasks_.size(); }

 private:
  using Table = std::map<int, Descriptor>;
  struct Task {
    Pid pid{};
    std::string comm;
  };
  struct Process {
    std::shared_ptr<Table> fds = std::make_shared<Table>();  // shared by CLONE_FILES
    std::string cwd;
    Nanos cwd_time{INT64_MIN};
    std::size_t threads = 0;
  };

  Process& process(Pid pid) { return processes_[raw(pid)]; }
  void forget(Pid pid, Tid tid);
  void apply(const Call& call, CallEffect effect);
  const Descriptor* known_descriptor(Pid pid, int fd) const;
  static void duplicate(Table& table, int from, int to, bool close_on_exec);

  struct Interrupted {
    Abi abi = Abi::x86_64;
    SyscallNr nr{};
  };

  Nanos realtime_ahead_{};
  std::unordered_map<int, Task> tasks_;
  std::unordered_map<int, Interrupted> interrupted_;  // by thread
  std::unordered_map<int, Process> processes_;
  LiveState* live_ = nullptr;
  mutable Descriptor live_descriptor_;  // the last answers
  mutable std::string live_cwd_;
  SocketPeers unix_peers_;
};

}  // namespace sysreel
