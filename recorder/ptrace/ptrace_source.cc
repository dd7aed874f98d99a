#include "recorder/ptrace/ptrace_source.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/proc.h"
#include "recorder/ptrace/engine.h"

namespace sysreel {
namespace {

constexpr Nanos detach_patience{2'000'000'000};  // for threads that cannot be interrupted, as vfork's parent

}  // namespace

PtraceSource::PtraceSource(const RecordOptions& options, const PtraceFeatures& features, std::unique_ptr<Unwinder> unwinder)
    : options_(options),
      features_(features),
      unwinder_(std::move(unwinder)),
      plan_(options),
      waiter_([this](Tid tid) { return options_.reap_strangers || tasks_.contains(raw(tid)); },
              [this] {
                std::vector<Tid> tids;
                for (const auto& [tid, task] : tasks_) tids.push_back(Tid{tid});
                return tids;
              }) {}

PtraceSource::~PtraceSource() {
  EventSink nowhere;
  if (!tasks_.empty()) static_cast<void>(stop(nowhere));
}

// --- coming ----------------------------------------------------------------------------------------------------------

long PtraceSource::trace_options() const {
  long wanted = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (options_.follow_threads || options_.follow_forks) wanted |= PTRACE_O_TRACECLONE;
  if (options_.follow_forks) wanted |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (options_.seccomp_bpf) wanted |= PTRACE_O_TRACESECCOMP;
  // Calls that a seccomp filter hands to a tracer fail once there is none: better no process than a broken one.
  if (options_.kill_on_exit || options_.seccomp_bpf) wanted |= PTRACE_O_EXITKILL;
  return wanted;
}

// Becomes the tracer of a thread. It runs on; its first stop has been asked for.
Result<void> PtraceSource::take_hold(Tid tid) {
  if (features_.seize && ::ptrace(PTRACE_SEIZE, raw(tid), nullptr, trace_options()) == 0) {
    ::ptrace(PTRACE_INTERRUPT, raw(tid), nullptr, nullptr);
    return {};
  }
  if (features_.seize && errno == EIO) features_.seize = false;  // a kernel that does not know the request
  if (!features_.seize && ::ptrace(PTRACE_ATTACH, raw(tid), nullptr, nullptr) == 0) return {};  // it will stop by SIGSTOP
  return Error::from_errno(fmt::format("cannot trace thread {}", raw(tid)), errno);
}

Result<void> PtraceSource::attach(Pid pid) {
  // A thread may be made while the list is read, by one that is not traced yet: look until nothing new turns up.
  bool found = false;
  for (bool again = true; again;) {
    again = false;
    const std::vector<Tid> threads = options_.follow_threads ? proc::threads_of(pid) : std::vector{Tid{raw(pid)}};
    for (const Tid tid : threads) {
      if (tasks_.contains(raw(tid))) continue;
      if (const auto held = take_hold(tid); !held) {
        const auto status = proc::status_of(tid);
        if (!status || status->state == 'Z' || status->state == 'X') continue;  // it ended meanwhile
        if (raw(status->tracer) == ::getpid()) continue;  // born of a traced thread, and traced from birth
        return held;
      }
      Task& task = task_of(tid);
      const auto status = options_.follow_threads ? std::nullopt : proc::status_of(tid);
      task.pid = status ? status->pid : pid;
      task.origin = TaskOrigin::attached;
      again = found = true;
      if (!options_.follow_threads) return {};
    }
  }
  if (!found) return Error{ErrorKind::not_found, fmt::format("process {} ended before it could be attached to", raw(pid))};
  return {};
}

Result<void> PtraceSource::attach_launched(Pid pid) {
  const Tid tid{raw(pid)};
  if (const auto held = take_hold(tid); !held) return held;
  Task& task = task_of(tid);
  task.pid = pid;
  task.origin = TaskOrigin::launched;
  task.hidden = true;
  return {};
}

Task& PtraceSource::task_of(Tid tid) {
  auto& task = tasks_[raw(tid)];
  if (!task) task = std::make_unique<Task>(tid);
  return *task;
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

// --- going -----------------------------------------------------------------------------------------------------------

void PtraceSource::forget(Task& task) {
  if (task.orphan) --orphans_;
  if (task.announced && --threads_[raw(task.pid)] <= 0) {
    threads_.erase(raw(task.pid));
    lookup_.forget(task.pid);
    if (unwinder_) unwinder_->forget(task.pid);
  }
  tasks_.erase(raw(task.tid));
}

void PtraceSource::detach(EventSink& sink, Task& task, int signo) {
  if (task.in_call) deliver_in_flight(sink, task);
  ::ptrace(PTRACE_DETACH, raw(task.tid), nullptr, signo);
  if (task.told) sink.on(TaskDetach{task.pid, task.tid, clock_.now()});
  forget(task);
}

// Lets a stopped thread go on to its next stop. ESRCH is no concern: it was killed meanwhile, and its end will be reported.
void PtraceSource::resume(EventSink& sink, Task& task, int signo) {
  if (detaching_ && task.stop_pending) {
    ::ptrace(PTRACE_CONT, raw(task.tid), nullptr, signo);  // detached now, it would take the SIGSTOP for its own
    return;
  }
  if (detaching_ || task.leaving) return detach(sink, task, signo);
  // Under a seccomp filter only the calls that it picks stop at their entry; their exit has to be asked for.
  const bool next_call_stops_by_itself = options_.seccomp_bpf && !task.in_call && !task.hidden;
  ::ptrace(next_call_stops_by_itself ? PTRACE_CONT : PTRACE_SYSCALL, raw(task.tid), nullptr, signo);
}

void PtraceSource::interrupt(Task& task) {
  if (features_.seize) {
    ::ptrace(PTRACE_INTERRUPT, raw(task.tid), nullptr, nullptr);
  } else if (task.started && !task.orphan) {
    task.stop_pending = ::syscall(SYS_tgkill, raw(task.pid), raw(task.tid), SIGSTOP) == 0;  // taken back when it arrives
  }
}

Result<void> PtraceSource::stop(EventSink& sink) {
  // A call whose exit waits to be seen has ended by itself; only what ends from here on can have been interrupted by the detaching.
  handle_all(sink, waiter_.wait(Nanos{0}, false));
  detaching_ = true;
  for (const auto& [tid, task] : tasks_) interrupt(*task);
  const Nanos deadline = read_clock(CLOCK_MONOTONIC) + detach_patience;
  while (!tasks_.empty()) {
    const Nanos left = deadline - read_clock(CLOCK_MONOTONIC);
    if (left.value <= 0) break;
    handle_all(sink, waiter_.wait(left, orphans_ > 0));
    if (orphans_ > 0) release_orphans(sink);
    if (waiter_.childless()) break;
  }
  // What could not be stopped goes on untraced when this process ends: the kernel detaches it.
  while (!tasks_.empty()) detach(sink, *tasks_.begin()->second, 0);
  threads_.clear();
  return {};
}

// --- the interface ---------------------------------------------------------------------------------------------------

Result<SourceState> PtraceSource::poll(EventSink& sink, Nanos timeout) {
  if (tasks_.empty()) return SourceState::ended;
  constexpr int most_at_once = 64;
  const std::vector<WaitEvent>* events = &waiter_.wait(timeout, orphans_ > 0);
  if (events->empty() && orphans_ > 0) release_orphans(sink);
  handle_all(sink, *events);
  // What comes at once is handled at once: the caller's own work can wait until a tracee takes its time.
  for (int i = 1; i < most_at_once && !events->empty() && !tasks_.empty() && orphans_ == 0; ++i) {
    events = &waiter_.wait_awake();
    handle_all(sink, *events);
  }
  if (waiter_.childless()) tasks_.clear();
  return tasks_.empty() ? SourceState::ended : SourceState::running;
}

Result<void> PtraceSource::report_in_flight(EventSink& sink) {
  for (const auto& [tid, task] : tasks_) {
    if (task->in_call) deliver_in_flight(sink, *task);
  }
  return {};
}

std::unique_ptr<EventSource> make_ptrace_source(const RecordOptions& options, const PtraceFeatures& features,
                                                std::unique_ptr<Unwinder> unwinder) {
  if (!options.stacks) unwinder = nullptr;  // an engine without one takes no stacks
  if (options.stacks && !unwinder) unwinder = make_frame_pointer_unwinder();
  return std::make_unique<PtraceSource>(options, features, std::move(unwinder));
}

}  // namespace sysreel
