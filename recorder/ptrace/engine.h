// The ptrace engine's own class: private to the files of this folder. See ptrace_source.h for what it promises.
#pragma once

#include <sys/ptrace.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "recorder/capture.h"
#include "recorder/capture_plan.h"
#include "recorder/clock.h"
#include "recorder/event_source.h"
#include "recorder/fd_lookup.h"
#include "recorder/ptrace/ptrace_source.h"
#include "recorder/ptrace/syscall_info.h"
#include "recorder/ptrace/task.h"
#include "recorder/ptrace/waiter.h"
#include "recorder/unwinder.h"

namespace sysreel {

class PtraceSource final : public EventSource {
 public:
  PtraceSource(const RecordOptions& options, const PtraceFeatures& features, std::unique_ptr<Unwinder> unwinder);
  ~PtraceSource() override;

  std::string_view name() const override { return "ptrace"; }
  Result<void> attach(Pid pid) override;
  Result<void> attach_launched(Pid pid) override;
  Result<SourceState> poll(EventSink& sink, Nanos timeout) override;
  Result<void> report_in_flight(EventSink& sink) override;
  Result<void> stop(EventSink& sink) override;
  LossCounts losses() const override { return {}; }

 private:
  // ptrace_source.cc: who is traced.
  long trace_options() const;
  Result<void> take_hold(Tid tid);
  void interrupt(Task& task);
  Task& task_of(Tid tid);
  void announce(EventSink& sink, Task& task);
  void tell(EventSink& sink, Task& task);
  void forget(Task& task);
  void resume(EventSink& sink, Task& task, int signo = 0);
  void detach(EventSink& sink, Task& task, int signo);

  // stops.cc: one stop or end.
  void handle(EventSink& sink, const WaitEvent& event);
  void handle_all(EventSink& sink, const std::vector<WaitEvent>& events);
  void on_first_stop(EventSink& sink, Task& task, int signo, bool event_stop);
  void on_birth(EventSink& sink, Task& parent, int event);
  void on_exec(EventSink& sink, Task& leader);
  void on_signal(EventSink& sink, Task& task, int signo);
  void on_group_stop(EventSink& sink, Task& task, int signo);
  void on_end(EventSink& sink, Task& task, int status);
  bool let_stranger_go(EventSink& sink, Task& task);
  void release_orphans(EventSink& sink);

  // calls.cc: system calls and their delivery.
  void on_syscall_stop(EventSink& sink, Task& task);
  void note_unreadable_entry(Task& task);
  void on_entry(EventSink& sink, Task& task, const SyscallStop& stop);
  void on_exit(EventSink& sink, Task& task, const SyscallStop& stop);
  void find_call_in_flight(EventSink& sink, Task& task);
  bool goes_on_with_found_call(Task& task, const SyscallStop& stop);
  std::uint64_t flags_of_birth(const Task& parent, int event) const;
  void deliver(EventSink& sink, Task& task);
  void deliver_fd_facts(EventSink& sink, const Task& task, Nanos time);
  void deliver_in_flight(EventSink& sink, Task& task);
  void end_call_without_result(EventSink& sink, Task& task);
  void take_stack(Task& task);
  CaptureLimits limits_for(const Task& task);

  const RecordOptions options_;
  PtraceFeatures features_;
  const std::unique_ptr<Unwinder> unwinder_;  // nullptr: no stacks are asked for
  CapturePlan plan_;
  EventClock clock_;
  Waiter waiter_;
  FdLookup lookup_;
  std::unordered_map<int, std::unique_ptr<Task>> tasks_;
  std::unordered_map<int, int> threads_;  // by pid: how many of tasks_ belong to it
  int orphans_ = 0;                       // tasks that wait in their first stop for their creator's event
  bool detaching_ = false;
};

// Whether a call was interrupted and will be restarted (ERESTARTSYS and its sisters, kernel linux/errno.h).
constexpr bool is_restart(std::int64_t result) {
  return result == -512 || result == -513 || result == -514 || result == -516;
}

}  // namespace sysreel
