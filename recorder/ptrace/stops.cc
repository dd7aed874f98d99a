// What the ptrace engine does at each kind of stop. ptrace(2) names them.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "recorder/proc.h"
#include "recorder/ptrace/engine.h"
#include "recorder/ptrace/fault_state.h"

namespace sysreel {
namespace {

constexpr int syscall_stop_signal = SIGTRAP | 0x80;  // by PTRACE_O_TRACESYSGOOD

bool is_stopping(int signo) { return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU; }

}  // namespace

// Of two statuses of one thread the former was a stop from which it was killed or carried off by another thread's execve:
// nothing can be asked of it any more.
void PtraceSource::handle_all(EventSink& sink, const std::vector<WaitEvent>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto same_thread = [&](const WaitEvent& later) { return later.tid == events[i].tid; };
    if (std::any_of(events.begin() + static_cast<std::ptrdiff_t>(i) + 1, events.end(), same_thread)) continue;
    handle(sink, events[i]);
  }
}

void PtraceSource::handle(EventSink& sink, const WaitEvent& event) {
  if (!WIFSTOPPED(event.status) && !tasks_.contains(raw(event.tid))) {
    return sink.on(TaskExit{Pid{raw(event.tid)}, event.tid, clock_.now(), event.status, true});  // a stranger
  }
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
    case PTRACE_EVENT_EXEC:
      on_exec(sink, task);
      return resume(sink, *tasks_.at(raw(event.tid)));
    case PTRACE_EVENT_EXIT:
      end_call_without_result(sink, task);
      return resume(sink, task);
    case PTRACE_EVENT_SECCOMP:
      if (!task.in_call) on_syscall_stop(sink, task);  // otherwise its entry was seen by PTRACE_SYSCALL just before
      return resume(sink, task);
    default: return resume(sink, task);
  }
  if (signo != syscall_stop_signal) return on_signal(sink, task, signo);
  on_syscall_stop(sink, task);
  resume(sink, task);
}

void PtraceSource::on_first_stop(EventSink& sink, Task& task, int signo, bool event_stop) {
  task.started = true;
  if (!event_stop) ::ptrace(PTRACE_SETOPTIONS, raw(task.tid), nullptr, trace_options());  // PTRACE_ATTACH took none
  if (task.origin == TaskOrigin::created && !task.announced) {
    if (let_stranger_go(sink, task)) return;
    task.orphan = true;  // its creator's event tells whose child it is; it arrives soon
    ++orphans_;
    return;
  }
  announce(sink, task);
  if (task.origin == TaskOrigin::attached) find_call_in_flight(sink, task);
  if (event_stop && is_stopping(signo)) return on_group_stop(sink, task, signo);
  resume(sink, task);
}

// A process that is traced although nobody asked for it: made with CLONE_PTRACE, or by a clone(2) whose event threads share.
bool PtraceSource::let_stranger_go(EventSink& sink, Task& task) {
  if (options_.follow_forks) return false;
  const auto status = proc::status_of(task.tid);
  if (!status || raw(status->pid) != raw(task.tid)) return false;
  task.pid = status->pid;
  task.told = !options_.follow_threads;
  detach(sink, task, 0);
  return true;
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
  child.clone_flags = flags_of_birth(parent, event);
  child.hidden = parent.hidden;
  announce(sink, child);
  if (!child.orphan) return;  // it has yet to reach its first stop
  child.orphan = false;
  --orphans_;
  resume(sink, child);
}

// A creator that was killed in the act has no event. What it made goes on as the child of whoever /proc names.
void PtraceSource::release_orphans(EventSink& sink) {
  std::vector<Task*> orphans;
  for (const auto& [tid, task] : tasks_) {
    if (task->orphan) orphans.push_back(task.get());
  }
  for (Task* const task : orphans) {
    task->orphan = false;
    --orphans_;
    const auto status = proc::status_of(task->tid);
    task->pid = status ? status->pid : Pid{raw(task->tid)};
    if (status) task->parent_pid = raw(status->pid) == raw(task->tid) ? status->parent : status->pid;
    announce(sink, *task);
    resume(sink, *task);
  }
}

void PtraceSource::on_exec(EventSink& sink, Task& leader) {
  unsigned long message = 0;
  ::ptrace(PTRACE_GETEVENTMSG, raw(leader.tid), nullptr, &message);
  const Tid tid = leader.tid;
  const Pid pid = leader.pid;
  Tid former{message != 0 ? static_cast<int>(message) : raw(tid)};
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
  if (!features_.seize && is_stopping(signo)) {
    // Without PTRACE_SEIZE a group stop looks like a signal that has no siginfo, and the SIGSTOP of our own detaching is
    // taken back here.
    if (task.stop_pending && signo == SIGSTOP && known) {
      task.stop_pending = false;
      return detach(sink, task, 0);
    }
    if (!known && errno == EINVAL) return on_group_stop(sink, task, signo);
  }
  if (!task.hidden) {
    Signal event;
    event.pid = task.pid;
    event.tid = task.tid;
    event.time = clock_.now();
    event.abi = task.call.abi;
    event.signo = signo;
    if (known) event.siginfo = std::as_bytes(std::span(&info, 1));
    if (const auto state = read_registers(task.tid)) {
      event.ip = state->ip;
      task.stack.clear();
      if (unwinder_) unwinder_->unwind({task.pid, task.tid, state->ip, state->frame}, options_.stack_frames, task.stack);
      event.stack = task.stack;
    }
    std::vector<std::byte> fault;
    if (is_fault(signo)) fault = read_fault(task.tid, task.memory, options_.crash_stack);
    event.fault = fault;
    sink.on(event);
  }
  resume(sink, task, signo);
}

// The thread stays stopped, as it would without a tracer, until SIGCONT or the next event.
void PtraceSource::on_group_stop(EventSink& sink, Task& task, int signo) {
  if (detaching_) return detach(sink, task, 0);
  if (!task.hidden) sink.on(JobStop{task.pid, task.tid, clock_.now(), signo});
  if (!features_.seize) return resume(sink, task);  // it cannot be kept stopped and watched at once
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

}  // namespace sysreel
