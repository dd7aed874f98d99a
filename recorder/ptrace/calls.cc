// System calls as the ptrace engine sees them, and how their events are delivered.
#include <array>
#include <cstring>
#include <string_view>

#include "recorder/fd_changes.h"
#include "recorder/ptrace/engine.h"

namespace sysreel {
namespace {

constexpr std::uint64_t clone_vm = 0x100;  // uapi linux/sched.h
constexpr std::uint64_t clone_vfork = 0x4000;

std::string_view name_of_call(const Task& task) { return task.plan && task.plan->row ? task.plan->row->name : ""; }

}  // namespace

// --- stops at system calls -------------------------------------------------------------------------------------------

void PtraceSource::on_syscall_stop(EventSink& sink, Task& task) {
  if (task.in_call && task.keep == Keep::no && !task.call.has(call_start_unknown)) {
    task.in_call = false;  // behind an entry comes its exit, and nobody wants to know more of it
    return;
  }
  std::optional<SyscallStop> stop;
  if (features_.syscall_info) stop = read_syscall_info(task.tid);
  if (!stop && (!features_.syscall_info || errno == EIO)) {
    features_.syscall_info = false;
    stop = read_registers(task.tid);
    const bool inside = task.in_call && !task.call.has(call_start_unknown);
    if (stop) stop->where = inside ? SyscallStop::Where::exit : SyscallStop::Where::entry;
  }
  if (!stop) return note_unreadable_entry(task);  // it is being killed
  if (stop->where == SyscallStop::Where::entry) on_entry(sink, task, *stop);
  if (stop->where == SyscallStop::Where::exit) on_exit(sink, task, *stop);
}

// Live text says of a thread that is killed while it enters a call that it was in one.
void PtraceSource::note_unreadable_entry(Task& task) {
  if (task.in_call || task.hidden || !options_.announce_entries) return;
  task.in_call = true;
  task.executing = false;
  task.keep = Keep::yes;
  task.plan = &plan_.plan_for(task.call.abi, SyscallNr{-1}, task.call.args);
  task.arena.clear();
  const Abi abi = task.call.abi;
  task.call = Call{};
  task.call.pid = task.pid;
  task.call.tid = task.tid;
  task.call.start = clock_.now();
  task.call.abi = abi;
  task.call.flags = call_unreadable;
}

void PtraceSource::on_entry(EventSink& sink, Task& task, const SyscallStop& stop) {
  if (goes_on_with_found_call(task, stop)) return;
  end_call_without_result(sink, task);
  const bool other_mode = stop.abi != task.call.abi;
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
  task.call.sp = stop.sp;
  task.keep = plan_.keep(stop.abi, stop.nr);
  if (task.keep == Keep::no && other_mode) task.keep = Keep::hidden;  // readers say when a program changes its ABI
  task.plan = &plan_.plan_for(stop.abi, stop.nr, task.call.args);
  task.executing = name_of_call(task).starts_with("execve");
  task.leaves_stack = task.executing || name_of_call(task).starts_with("exit");
  if (task.executing) tell(sink, task);  // a launched child shows from here on
  if (task.keep == Keep::no) return;
  capture(*task.plan, task.call, Phase::entry, task.memory, limits_for(task), task.arena);
  if (task.leaves_stack) take_stack(task);
  if (options_.announce_entries && task.keep == Keep::yes) deliver_in_flight(sink, task);
}

void PtraceSource::on_exit(EventSink& sink, Task& task, const SyscallStop& stop) {
  if (!task.in_call) return;  // a thread's first return from the call that made it
  Call& call = task.call;
  if (detaching_ && is_restart(stop.result)) return;  // interrupted by the detaching itself, and restarted after it
  task.in_call = false;
  call.result = stop.result;
  if (task.keep == Keep::no || call.has(call_unreadable)) return;
  const Nanos facts_time = clock_.now();
  call.duration = clock_.now() - call.start;
  call.on_cpu = task.system_time - task.system_time_at_entry;
  if (name_of_call(task) == "rt_sigreturn") call.flags |= call_by_sigreturn;
  capture(*task.plan, call, Phase::exit, task.memory, limits_for(task), task.arena);
  call.blocks = task.arena.blocks();
  if (!task.leaves_stack) take_stack(task);
  if (options_.fd_identity && task.plan->row && !task.hidden) deliver_fd_facts(sink, task, facts_time);
  deliver(sink, task);
}

// --- calls that began before the recording -----------------------------------------------------------------------------

// The stop that began the tracing of a thread interrupts the call in which it blocks; the registers still show the call and
// that it will be restarted. It is taken as going on.
void PtraceSource::find_call_in_flight(EventSink& sink, Task& task) {
  if (options_.announce_entries) return;  // live text shows what is entered from now on, as strace does
  const auto found = read_registers(task.tid);
  if (!found || raw(found->nr) < 0 || !is_restart(found->result)) return;
  on_entry(sink, task, *found);
  task.call.flags |= call_start_unknown;
  deliver_in_flight(sink, task);
}

// Whether the call that is entered is the restart of the one that was found; otherwise that one ended unseen.
bool PtraceSource::goes_on_with_found_call(Task& task, const SyscallStop& stop) {
  if (!task.in_call || !task.call.has(call_start_unknown)) return false;
  const abi::SyscallRow* const row = abi::row_of(stop.abi, stop.nr);
  const bool same = stop.abi == task.call.abi && stop.nr == task.call.nr && stop.args == task.call.args;
  if (same || (row && std::string_view(row->name) == "restart_syscall")) {
    task.call.flags &= static_cast<std::uint16_t>(~call_start_unknown);
    task.found_call = true;
    return true;
  }
  task.in_call = false;
  return false;
}

// --- births ----------------------------------------------------------------------------------------------------------

// The flags of the clone, fork or vfork that the creator is in.
std::uint64_t PtraceSource::flags_of_birth(const Task& parent, int event) const {
  const std::string_view name = name_of_call(parent);
  if (parent.in_call && name == "clone") return parent.call.args[0];
  if (parent.in_call && name == "clone3") {
    std::array<std::byte, 8> flags{};  // the first field of struct clone_args
    std::uint64_t value = 0;
    if (parent.memory.read(parent.call.args[0], flags) == flags.size()) std::memcpy(&value, flags.data(), sizeof value);
    return value;
  }
  return event == PTRACE_EVENT_VFORK ? clone_vm | clone_vfork : 0;
}

// --- delivery --------------------------------------------------------------------------------------------------------

void PtraceSource::deliver(EventSink& sink, Task& task) {
  if (task.keep == Keep::no || (task.hidden && !task.executing)) return;
  Call& call = task.call;
  if (task.found_call) call.flags |= call_start_unknown;
  task.found_call = false;
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

void PtraceSource::deliver_in_flight(EventSink& sink, Task& task) {
  if (task.keep == Keep::no || (task.hidden && !task.executing) || task.call.has(call_unreadable)) return;
  Call call = task.call;
  call.flags |= call_in_flight | (task.keep == Keep::hidden ? call_hidden : 0);
  if (task.found_call) call.flags |= call_start_unknown;
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

// The call keeps it until it is delivered.
void PtraceSource::take_stack(Task& task) {
  if (!unwinder_ || task.keep != Keep::yes) return;
  task.stack.clear();
  if (const auto state = read_registers(task.tid)) {
    unwinder_->unwind({task.pid, task.tid, state->ip, state->frame}, options_.stack_frames, task.stack);
  }
  task.call.stack = task.stack;
}

CaptureLimits PtraceSource::limits_for(const Task& task) {
  CaptureLimits limits{options_.string_limit, false};
  if (task.plan->has_messages) limits.whole_messages = lookup_.is_netlink(task.pid, task.tid, static_cast<int>(task.call.args[0]));
  return limits;
}

}  // namespace sysreel
