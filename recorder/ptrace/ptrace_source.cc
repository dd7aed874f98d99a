#include "recorder/ptrace/ptrace_source.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <unordered_map>

#include "recorder/capture.h"
#include "recorder/clock.h"
#include "recorder/fd_changes.h"
#include "recorder/fd_lookup.h"
#include "recorder/proc.h"
#include "recorder/ptrace/syscall_info.h"
#include "recorder/ptrace/task.h"
#include "recorder/ptrace/waiter.h"

namespace sysreel {
namespace {

constexpr int syscall_stop_signal = SIGTRAP | 0x80;  // by PTRACE_O_TRACESYSGOOD
constexpr Nanos detach_patience{2'000'000'000};      // for threads that cannot be interrupted, as vfork's parent

bool is_stopping(int signo) { return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU; }

bool is_restart(std::int64_t result) { return result == -512 || result == -513 || result == -514 || result == -516; }

class PtraceSource final : public EventSource {
 public:
  PtraceSource(const RecordOptions& options, const PtraceFeatures& features)
      : options_(options),
        features_(features),
        plan_(options),
        waiter_([this](Tid tid) { return tasks_.contains(raw(tid)); }) {}

  ~PtraceSource() override {
    EventSink nowhere;
    if (!tasks_.empty()) static_cast<void>(stop(nowhere));
  }

  std::string_view name() const override { return "ptrace"; }
  Result<void> attach(Pid pid) override;
  Result<void> attach_launched(Pid pid) override;
  Result<SourceState> poll(EventSink& sink, Nanos timeout) override;
  Result<void> report_in_flight(EventSink& sink) override;
  Result<void> stop(EventSink& sink) override;
  LossCounts losses() const override { return {}; }

 private:
  Result<void> seize(Tid tid);
  Task& task_of(Tid tid);
  std::vector<Tid> known() const;

  // One stop or end.
  void handle(EventSink& sink, const WaitEvent& event);
  void on_first_stop(EventSink& sink, Task& task, int signo, bool event_stop);
  void on_syscall_stop(EventSink& sink, Task& task);
  void on_entry(EventSink& sink, Task& task, const SyscallStop& stop);
  void on_exit(EventSink& sink, Task& task, const SyscallStop& stop);
  void on_birth(EventSink& sink, Task& parent, int event);
  void on_exec(EventSink& sink, Task& leader);
  void on_signal(EventSink& sink, Task& task, int signo);
  void on_group_stop(EventSink& sink, Task& task, int signo);
  void on_end(EventSink& sink, Task& task, int status);

  void announce(EventSink& sink, Task& task);
  void tell(EventSink& sink, Task& task);
  void deliver(EventSink& sink, Task& task);
  void deliver_fd_facts(EventSink& sink, const Task& task, Nanos time);
  CaptureLimits limits_for(const Task& task);
  void deliver_in_flight(EventSink& sink, Task& task);
  void end_call_without_result(EventSink& sink, Task& task);
  void resume(EventSink& sink, Task& task, int signo = 0);
  void detach(EventSink& sink, Task& task, int signo);
  void forget(Task& task);

  const RecordOptions options_;
  PtraceFeatures features_;
  CapturePlan plan_;
  EventClock clock_;
  Waiter waiter_;
  FdLookup lookup_;
  std::unordered_map<int, std::unique_ptr<Task>> tasks_;
  std::unordered_map<int, int> threads_;  // by pid: how many of tasks_ belong to it
  bool detaching_ = false;
};

// --- coming and going ------------------------------------------------------------------------------------------------

Task& PtraceSource::task_of(Tid tid) {
  auto& task = tasks_[raw(tid)];
  if (!task) task = std::make_unique<Task>(tid);
  return *task;
}

std::vector<Tid> PtraceSource::known() const {
  std::vector<Tid> tids;
  tids.reserve(tasks_.size());
  for (const auto& [tid, task] : tasks_) tids.push_back(Tid{tid});
  return tids;
}

void PtraceSource::forget(Task& task) {
  if (task.announced && --threads_[raw(task.pid)] <= 0) {
    threads_.erase(raw(task.pid));
    lookup_.forget(task.pid);
  }
  tasks_.erase(raw(task.tid));
}

Result<void> PtraceSource::seize(Tid tid) {
  long wanted = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (options_.follow_threads || options_.follow_forks) wanted |= PTRACE_O_TRACECLONE;
  if (options_.follow_forks) wanted |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (options_.kill_on_exit) wanted |= PTRACE_O_EXITKILL;
  if (::ptrace(PTRACE_SEIZE, raw(tid), nullptr, wanted) != 0) {
    return Error::from_errno(fmt::format("cannot trace thread {}", raw(tid)), errno);
  }
  return {};
}

Result<void> PtraceSource::attach(Pid pid) {
  // A thread may be made while the list is read, by one that is not traced yet: look until nothing new turns up.
  bool found = false;
  for (bool again = true; again;) {
    again = false;
    const std::vector<Tid> threads = options_.follow_threads ? proc::threads_of(pid) : std::vector{Tid{raw(pid)}};
    if (threads.empty() && !found) return Error::from_errno(fmt::format("process {}", raw(pid)), ESRCH);
    for (const Tid tid : threads) {
      if (tasks_.contains(raw(tid))) continue;
      if (const auto seized = seize(tid); !seized) {
        const auto status = proc::status_of(tid);
        if (!status || status->state == 'Z' || status->state == 'X') continue;  // it ended meanwhile
        return seized;
      }
      Task& task = task_of(tid);
      task.pid = pid;
      task.origin = TaskOrigin::attached;
      ::ptrace(PTRACE_INTERRUPT, raw(tid), nullptr, nullptr);
      again = found = true;
      if (!options_.follow_threads) return {};
    }
  }
  if (!found) return Error::from_errno(fmt::format("process {}", raw(pid)), ESRCH);
  return {};
}

Result<void> PtraceSource::attach_launched(Pid pid) {
  const Tid tid{raw(pid)};
  if (const auto seized = seize(tid); !seized) return seized;
  Task& task = task_of(tid);
  task.pid = pid;
  task.origin = TaskOrigin::launched;
  task.hidden = true;
  ::ptrace(PTRACE_INTERRUPT, raw(tid), nullptr, nullptr);
  return {};
}

void PtraceSource::announce(EventSink& sink, Task& task) {
  if (task.announced) return;
  task.announced = true;
  ++threads_[raw(task.pid)];
  if (!task.hidden) tell(sink, task);
}

void PtraceSource::tell(EventSink& sink, Task& task) {
  if (task.told) return;
  task.told = true;
  const std::string comm = proc::comm_of(task.tid);
  sink.on(TaskNew{task.pid, task.tid, clock_.now(), task.origin, task.parent_pid, task.parent_tid, task.clone_flags, comm});
}

void PtraceSource::detach(EventSink& sink, Task& task, int signo) {
  if (task.in_call) deliver_in_flight(sink, task);
  ::ptrace(PTRACE_DETACH, raw(task.tid), nullptr, signo);
  if (task.told) sink.on(TaskDetach{task.pid, task.tid, clock_.now()});
  forget(task);
}

void PtraceSource::resume(EventSink& sink, Task& task, int signo) {
  if (detaching_ || task.leaving) return detach(sink, task, signo);
  task.listening = false;
  ::ptrace(PTRACE_SYSCALL, raw(task.tid), nullptr, signo);  // ESRCH: it was killed meanwhile, its end will be reported
}

// --- delivery --------------------------------------------------------------------------------------------------------

void PtraceSource::deliver(EventSink& sink, Task& task) {
  if (task.keep == Keep::no || (task.hidden && !task.executing)) return;
  Call& call = task.call;
  if (task.keep == Keep::hidden) call.flags |= call_hidden;
  if (options_.failed_only && !call.has(call_no_result) && !is_error(call.result)) {
    // What changed the tables stays for the reader's model, unshown.
    const bool needed = task.plan->row && (task.plan->row->classes & keeps_model) != 0 && !options_.strict_filter;
    if (!needed) return;
    call.flags |= call_hidden;
  }
  call.blocks = task.arena.blocks();
  sink.on(call);
}

// What a call made precedes the call, so that a reader knows it when it prints the result.
void PtraceSource::deliver_fd_facts(EventSink& sink, const Task& task, Nanos time) {
  for (const int fd : fds_changed_by(task.call, *task.plan->row)) {
    FdFact fact;
    fact.pid = task.pid;
    fact.tid = task.tid;
    fact.time = time;
    if (lookup_.look_up(task.pid, task.tid, fd, fact)) sink.on(fact);
  }
}

CaptureLimits PtraceSource::limits_for(const Task& task) {
  CaptureLimits limits{options_.string_limit, false};
  if (task.plan->has_messages) limits.whole_messages = lookup_.is_netlink(task.pid, task.tid, static_cast<int>(task.call.args[0]));
  return limits;
}

void PtraceSource::deliver_in_flight(EventSink& sink, Task& task) {
  if (task.keep == Keep::no || (task.hidden && !task.executing)) return;
  Call call = task.call;
  call.flags |= call_in_flight | (task.keep == Keep::hidden ? call_hidden : 0);
  call.duration = clock_.now() - call.start;
  call.blocks = task.arena.blocks();
  sink.on(call);
}

void PtraceSource::end_call_without_result(EventSink& sink, Task& task) {
  if (!task.in_call) return;
  task.in_call = false;
  task.call.flags |= call_no_result;
  task.call.duration = clock_.now() - task.call.start;
  deliver(sink, task);
}

// --- system calls ----------------------------------------------------------------------------------------------------

void PtraceSource::on_syscall_stop(EventSink& sink, Task& task) {
  if (task.in_call && task.keep == Keep::no) {
    task.in_call = false;  // behind an entry comes its exit, and nobody wants to know more of it
    return;
  }
  std::optional<SyscallStop> stop;
  if (features_.syscall_info) stop = read_syscall_info(task.tid);
  if (!stop && (!features_.syscall_info || errno == EIO)) {
    features_.syscall_info = false;
    stop = read_registers(task.tid);
    if (stop) stop->where = task.in_call ? SyscallStop::Where::exit : SyscallStop::Where::entry;
  }
  if (!stop) return;  // it is being killed
  if (stop->where == SyscallStop::Where::entry) on_entry(sink, task, *stop);
  if (stop->where == SyscallStop::Where::exit) on_exit(sink, task, *stop);
}

void PtraceSource::on_entry(EventSink& sink, Task& task, const SyscallStop& stop) {
  end_call_without_result(sink, task);
  task.arena.clear();
  task.in_call = true;
  task.call = Call{};
  task.call.pid = task.pid;
  task.call.tid = task.tid;
  task.call.start = clock_.now();
  task.system_time_at_entry = task.system_time;
  task.call.abi = stop.abi;
  task.call.nr = stop.nr;
  task.call.args = stop.args;
  task.call.ip = stop.ip;
  task.keep = plan_.keep(stop.abi, stop.nr);
  task.plan = &plan_.plan_for(stop.abi, stop.nr, task.call.args);
  task.executing = task.plan->row != nullptr && std::string_view(task.plan->row->name).starts_with("execve");
  if (task.executing) tell(sink, task);  // a launched child shows from here on
  if (task.keep == Keep::no) return;
  capture(*task.plan, task.call, Phase::entry, task.memory, limits_for(task), task.arena);
  if (options_.announce_entries && task.keep == Keep::yes) deliver_in_flight(sink, task);
}

void PtraceSource::on_exit(EventSink& sink, Task& task, const SyscallStop& stop) {
  if (!task.in_call) return;  // a thread's first return from the call that made it
  Call& call = task.call;
  if (detaching_ && is_restart(stop.result)) return;  // interrupted by the detaching itself, and restarted after it
  task.in_call = false;
  call.result = stop.result;
  if (task.keep == Keep::no) return;
  const Nanos facts_time = clock_.now();
  call.duration = clock_.now() - call.start;
  call.on_cpu = task.system_time - task.system_time_at_entry;
  if (task.plan->row && std::string_view(task.plan->row->name) == "rt_sigreturn") call.flags |= call_by_sigreturn;
  capture(*task.plan, call, Phase::exit, task.memory, limits_for(task), task.arena);
  call.blocks = task.arena.blocks();
  if (options_.fd_identity && task.plan->row && !task.hidden) deliver_fd_facts(sink, task, facts_time);
  deliver(sink, task);
}

// --- stops -----------------------------------------------------------------------------------------------------------

void PtraceSource::on_first_stop(EventSink& sink, Task& task, int signo, bool event_stop) {
  task.started = true;
  if (task.origin == TaskOrigin::created && !task.announced && !options_.follow_forks) {
    // A process made with CLONE_PTRACE is traced although nobody asked for it, and no event tells of it.
    const auto status = proc::status_of(task.tid);
    if (status && raw(status->pid) == raw(task.tid)) {
      task.pid = status->pid;
      task.told = !options_.follow_threads;
      return detach(sink, task, 0);
    }
  }
  if (task.origin == TaskOrigin::created && !task.announced) {
    task.waiting_signal = signo;  // its creator's event tells whose child it is; it arrives soon
    return;
  }
  announce(sink, task);
  if (event_stop && is_stopping(signo)) return on_group_stop(sink, task, signo);
  resume(sink, task);
}

void PtraceSource::on_birth(EventSink& sink, Task& parent, int event) {
  unsigned long message = 0;
  if (::ptrace(PTRACE_GETEVENTMSG, raw(parent.tid), nullptr, &message) != 0) return;
  const Tid tid{static_cast<int>(message)};
  const auto status = proc::status_of(tid);
  if (!options_.follow_forks && status && status->pid != parent.pid) return;  // let go at its first stop
  Task& child = task_of(tid);
  child.pid = status ? status->pid : Pid{raw(tid)};
  child.parent_pid = parent.pid;
  child.parent_tid = parent.tid;
  child.hidden = parent.hidden;
  if (event == PTRACE_EVENT_VFORK) child.clone_flags = 0x4100;  // CLONE_VM | CLONE_VFORK
  announce(sink, child);
  if (child.started) {
    if (is_stopping(child.waiting_signal)) return on_group_stop(sink, child, child.waiting_signal);
    resume(sink, child);
  }
}

void PtraceSource::on_exec(EventSink& sink, Task& leader) {
  unsigned long message = 0;
  ::ptrace(PTRACE_GETEVENTMSG, raw(leader.tid), nullptr, &message);
  const Tid former{message != 0 ? static_cast<int>(message) : raw(leader.tid)};
  const Tid tid = leader.tid;
  const Pid pid = leader.pid;
  if (former != tid && tasks_.contains(raw(former))) {
    // The caller takes over the leader's id; the leader's own thread has vanished and will not be reported again.
    end_call_without_result(sink, leader);
    std::unique_ptr<Task> caller = std::move(tasks_[raw(former)]);
    tasks_.erase(raw(former));
    --threads_[raw(pid)];
    caller->tid = tid;
    caller->memory = LiveMemory(tid);
    tasks_[raw(tid)] = std::move(caller);
  }
  Task& task = task_of(tid);
  const bool first_of_command = task.hidden;
  task.hidden = false;
  tell(sink, task);
  task.leaving = options_.detach_on_execve && !first_of_command;
  const std::string path = proc::read_link(proc::path_of(tid, "exe")).value_or("");
  sink.on(Exec{pid, tid, former, clock_.now(), path});
}

void PtraceSource::on_signal(EventSink& sink, Task& task, int signo) {
  siginfo_t info{};
  const bool known = ::ptrace(PTRACE_GETSIGINFO, raw(task.tid), nullptr, &info) == 0;
  if (!task.hidden) {
    Signal event;
    event.pid = task.pid;
    event.tid = task.tid;
    event.time = clock_.now();
    event.abi = task.call.abi;
    event.signo = signo;
    if (known) event.siginfo = std::as_bytes(std::span(&info, 1));
    if (const auto state = read_registers(task.tid)) event.ip = state->ip;
    sink.on(event);
  }
  resume(sink, task, signo);
}

void PtraceSource::on_group_stop(EventSink& sink, Task& task, int signo) {
  if (detaching_) return detach(sink, task, 0);
  if (!task.hidden) sink.on(JobStop{task.pid, task.tid, clock_.now(), signo});
  task.listening = true;
  ::ptrace(PTRACE_LISTEN, raw(task.tid), nullptr, nullptr);
}

void PtraceSource::on_end(EventSink& sink, Task& task, int status) {
  end_call_without_result(sink, task);
  const Pid pid = task.pid;
  const Tid tid = task.tid;
  const bool shown = task.told;
  forget(task);
  const bool last = !threads_.contains(raw(pid));
  if (shown) sink.on(TaskExit{pid, tid, clock_.now(), status, last});
}

void PtraceSource::handle(EventSink& sink, const WaitEvent& event) {
  Task& task = task_of(event.tid);
  task.system_time = event.system_time;
  if (!WIFSTOPPED(event.status)) return on_end(sink, task, event.status);
  const int signo = WSTOPSIG(event.status);
  const int ptrace_event = event.status >> 16;
  if (!task.started) return on_first_stop(sink, task, signo, ptrace_event == PTRACE_EVENT_STOP);
  switch (ptrace_event) {
    case 0: break;
    case PTRACE_EVENT_STOP:
      if (is_stopping(signo)) return on_group_stop(sink, task, signo);
      return resume(sink, task);
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      on_birth(sink, task, ptrace_event);
      return resume(sink, task);
    case PTRACE_EVENT_EXEC: {
      on_exec(sink, task);
      return resume(sink, *tasks_.at(raw(event.tid)));
    }
    case PTRACE_EVENT_EXIT:
      end_call_without_result(sink, task);
      return resume(sink, task);
    default: return resume(sink, task);
  }
  if (signo != syscall_stop_signal) return on_signal(sink, task, signo);
  on_syscall_stop(sink, task);
  resume(sink, task);
}

// --- the interface ---------------------------------------------------------------------------------------------------

Result<SourceState> PtraceSource::poll(EventSink& sink, Nanos timeout) {
  if (tasks_.empty()) return SourceState::ended;
  for (const WaitEvent& event : waiter_.wait(timeout, known())) handle(sink, event);
  if (waiter_.childless()) tasks_.clear();
  return tasks_.empty() ? SourceState::ended : SourceState::running;
}

Result<void> PtraceSource::report_in_flight(EventSink& sink) {
  for (const auto& [tid, task] : tasks_) {
    if (task->in_call) deliver_in_flight(sink, *task);
  }
  return {};
}

Result<void> PtraceSource::stop(EventSink& sink) {
  detaching_ = true;
  for (const auto& [tid, task] : tasks_) ::ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr);
  const Nanos deadline = read_clock(CLOCK_MONOTONIC) + detach_patience;
  while (!tasks_.empty()) {
    const Nanos left = deadline - read_clock(CLOCK_MONOTONIC);
    if (left.value <= 0) break;
    for (const WaitEvent& event : waiter_.wait(left, known())) handle(sink, event);
    if (waiter_.childless()) break;
  }
  // What could not be stopped goes on untraced when this process ends: the kernel detaches it.
  for (const auto& [tid, task] : tasks_) {
    if (task->in_call) deliver_in_flight(sink, *task);
    if (task->told) sink.on(TaskDetach{task->pid, task->tid, clock_.now()});
  }
  tasks_.clear();
  threads_.clear();
  return {};
}

}  // namespace

std::unique_ptr<EventSource> make_ptrace_source(const RecordOptions& options, const PtraceFeatures& features) {
  return std::make_unique<PtraceSource>(options, features);
}

}  // namespace sysreel
