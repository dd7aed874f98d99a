// Descriptors that are opened and not closed.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Counts descriptors made while recorded by what they are and by the code that made them (the innermost stack address, if
// stacks were recorded). Speaks when a hundred are open at the end, hardly any was closed, and they came over the whole
// recording: a server that opens its files at start does not leak.
class DescriptorLeak final : public Rule {
 public:
  std::string_view name() const override { return "descriptor-leak"; }
  Needs needs() const override {
    return {.calls = "open,openat,openat2,creat,socket,accept,accept4,pipe,pipe2,eventfd2,timerfd_create,epoll_create1,close,close_range,dup2,dup3",
            .every_call = true};
  }
  void on(const Call& call, const Scene& scene) override;
  void on(const FdFact& fact, const Scene& scene) override;
  void on(const Exec& exec, const Scene&) override { forget(exec.pid); }
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Group {
    std::uint64_t made = 0, closed = 0;
    Nanos first, last;
    Evidence evidence;
    std::string who;
  };
  using Key = std::pair<int, std::string>;  // process; what and where
  void forget(Pid pid);
  void closed(Pid pid, int fd);
  void conclude(const Key& key, const Group& group);

  BoundedMap<std::pair<int, int>, std::string> open_{1 << 17};  // by process and descriptor: its group
  BoundedMap<Key, Group> groups_{8192};
  Pid telling_pid_{};  // the call that made this descriptor, the hundredth of a group, comes next: it is the evidence
  int telling_fd_ = -1;
  std::vector<Finding> found_;
  Nanos now_, began_;
};

}  // namespace sysreel
