// Tasks coming, changing and going, and signals: rare, or in interrupts, hence through the shared ring buffer.
#ifndef SYSREEL_RECORDER_EBPF_TASKS_BPF_H_
#define SYSREEL_RECORDER_EBPF_TASKS_BPF_H_

#include "recorder/ebpf/fault.bpf.h"
#include "recorder/ebpf/filter.bpf.h"
#include "recorder/ebpf/nearby.bpf.h"

static __always_inline struct sr_event *begin_event(__u32 kind, const struct task_state *state) {
  struct sr_event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
  if (!event) {
    __sync_fetch_and_add(&lost_events[SR_LOST_RING_FULL], 1);
    return 0;
  }
  fill_event(event, kind, state);
  return event;
}

// Gives `task` a state, which is to be begun. Returns null where another has marked it, and, which is counted, where the kernel has
// no memory.
static __always_inline struct task_state *mark(struct task_struct *task, bool *known) {
  struct task_state *state = keep_state(task, known);
  if (!state) {
    if (!*known) __sync_fetch_and_add(&lost_events[SR_LOST_NO_STORAGE], 1);
    return 0;
  }
  state->tid = id_in_namespace(task);
  state->pid = id_in_namespace(task->group_leader);
  return state;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  take_over_stack(child);
  if (stopping) return 0;
  struct task_state *creator = state_of(parent);
  const bool thread = child->tgid == parent->tgid;
  if (!creator && !attaching_count) return 0;
  if (!creator) {
    __u32 leader = id_in_namespace(parent->group_leader);
    if (!bpf_map_lookup_elem(&attaching, &leader)) return 0;
  }
  if (thread ? !follow_threads : !follow_forks) return 0;
  if (child->flags & PF_KERNEL_HELPERS) return 0;
  bool known;
  struct task_state *state = mark(child, &known);
  if (!state) return 0;
  const bool held = creator && creator->launching;
  state->phase = FRESH_CHILD;
  state->launching = held ? HELD : LAUNCHED;
  begin_state(child, state);
  if (held) return 0;
  struct sr_event *event = begin_event(SR_EVENT_FORK, state);
  if (!event) return 0;
  event->origin = ORIGIN_CREATED;
  event->other_pid = id_in_namespace(parent->group_leader);
  event->other_tid = id_in_namespace(parent);
  if (creator && creator->phase == IN_CALL && creator->plan < SR_PLAN_COUNT) {
    const __u32 what = plans[creator->plan].flags;
    if (what & SR_CLONE_FLAGS) event->value = creator->args[0];
    if (what & SR_CLONE3) bpf_probe_read_user(&event->value, sizeof event->value, (void *)creator->args[0]);
  }
  bpf_probe_read_kernel(event->comm, sizeof event->comm, child->comm);
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  return 0;
}

// A launched command shows from its first execve on.
static __noinline int emit_launched(struct task_state *state) {
  struct sr_event *birth = begin_event(SR_EVENT_FORK, state);
  if (!birth) return 0;
  if (state->start) birth->time = state->start;  // before that execve
  birth->origin = ORIGIN_LAUNCHED;
  bpf_get_current_comm(birth->comm, sizeof birth->comm);
  bpf_ringbuf_submit(birth, BPF_RB_NO_WAKEUP);
  return 0;
}

static __always_inline bool joins(const struct task_struct *task) {
  const __u64 *comm = (const __u64 *)task->comm;
  for (int i = 0; i < SR_JOINING; ++i) {
    if (i < joining.comm_count && comm[0] == joining.comms[i][0] && comm[1] == joining.comms[i][1]) return true;
    if (i < joining.cgroup_count && bpf_get_current_ancestor_cgroup_id(joining.cgroup_levels[i]) == joining.cgroups[i]) return true;
  }
  return false;
}

// The current task, which has just become another program, is recorded from here on.
static __always_inline struct task_state *join(struct task_struct *task) {
  bool known;
  struct task_state *state = mark(task, &known);
  if (!state) return 0;
  state->phase = FRESH_CHILD;  // of its execve only the end would show
  begin_state(task, state);
  struct sr_event *event = begin_event(SR_EVENT_FORK, state);
  if (!event) return state;
  event->origin = ORIGIN_ATTACHED;
  bpf_get_current_comm(event->comm, sizeof event->comm);
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  return state;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm) {
  if (stopping) return 0;
  struct task_state *state = state_of(task);
  if (!state && joins(task)) state = join(task);
  if (!state) return 0;
  const __u32 former = state->tid;
  if (former != state->pid) state->next_tid = state->pid;
  // Where execve is outside a strict filter, nobody has said yet that the command begins.
  if (state->launching == HELD) emit_launched(state);
  if (state->launching) state->launching = EXECUTING;
  if (filter.path_count) state->exec_passes = exec_passes(bprm->filename);
  struct {
    struct sr_event event;
    char path[SR_EXEC_PATH];
  } *exec = bpf_ringbuf_reserve(&events, sizeof *exec, 0);
  if (!exec) {
    __sync_fetch_and_add(&lost_events[SR_LOST_RING_FULL], 1);
    return 0;
  }
  __builtin_memset(&exec->event, 0, sizeof exec->event);
  exec->event.kind = SR_EVENT_EXEC;
  exec->event.time = bpf_ktime_get_ns();
  exec->event.pid = state->pid;
  exec->event.tid = state->pid;
  exec->event.other_tid = former;
  const long length = bpf_probe_read_kernel_str(exec->path, sizeof exec->path, bprm->filename);
  exec->event.length = length > 0 ? length - 1 : 0;
  bpf_ringbuf_submit(exec, BPF_RB_NO_WAKEUP);
  emit_layout(task, state);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  if (stopping) return 0;
  struct task_state *state = end_state(task);
  if (!state) return 0;
  if (state->launching != HELD) {
    struct sr_event *event = begin_event(SR_EVENT_EXIT, state);
    if (event) {
      if (state->next_tid) event->tid = state->next_tid;
      event->number = task->exit_code;
      event->last_thread = task->signal->live.counter == 0;
      bpf_ringbuf_submit(event, live_tasks > 0 ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP);
    }
  }
  drop_state(task, state);
  return 0;
}

// Copies the siginfo, or makes up the one the kernel will: small numbers stand for "sent by a user" and "by the kernel".
static __always_inline void siginfo_into(__u8 *siginfo, const struct kernel_siginfo *info, int signal, __u32 sender) {
  const unsigned long from_user = 0, from_kernel = 1;
  if ((unsigned long)info > from_kernel) {
    bpf_probe_read_kernel(siginfo, SR_SIGINFO, info);
    return;
  }
  __s32 *words = (__s32 *)siginfo;  // si_signo, si_errno, si_code, padding, si_pid, si_uid
  words[0] = signal;
  words[2] = (unsigned long)info == from_kernel ? SI_KERNEL : SI_USER;
  if ((unsigned long)info != from_user) return;
  words[4] = sender;
  words[5] = bpf_get_current_uid_gid();
}

// A signal that its receiver ignores is never delivered. strace shows it all the same, as its tracees stop for every signal,
// so it is told when the receiver would have taken it: at the end of the call that it is in, or at once.
static __always_inline struct sr_event *begin_ignored(struct task_state *state, int signal) {
  struct sr_event *event = begin_event(SR_EVENT_SIGNAL, state);
  if (!event) return 0;
  event->number = signal;
  event->stage = STAGE_IGNORED;
  event->length = SR_SIGINFO;
  return event;
}

static __noinline int emit_ignored(struct task_state *state) {
  struct sr_event *event = begin_ignored(state, state->ignored);
  state->ignored = 0;
  if (!event) return 0;
  __builtin_memcpy(event->siginfo, state->siginfo, SR_SIGINFO);
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  return 0;
}

static __always_inline void emit_signal_at_once(struct task_state *state, const struct kernel_siginfo *info, int signal) {
  struct sr_event *event = begin_ignored(state, signal);
  if (!event) return;
  siginfo_into(event->siginfo, info, signal, id_in_namespace(bpf_get_current_task_btf()->group_leader));
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

// A signal that kills and dumps no core is never delivered: as it is sent the kernel ends the whole process, and delivers SIGKILL
// to each of its threads. It is kept for that moment, when its receiver would have taken it.
static __always_inline void keep_fatal(struct task_state *state, const struct task_struct *task, const struct sr_event *event,
                                       int signal) {
  const bool ends_all = task->signal->flags & SIGNAL_GROUP_EXIT && task->signal->group_exit_code == signal;
  if (!ends_all || signal == SIGKILL || state->fatal) return;
  __builtin_memcpy(state->siginfo, event->siginfo, SR_SIGINFO);
  asm volatile("" ::: "memory");
  state->fatal = signal;
  state->ignored = 0;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal_generate, int signal, struct kernel_siginfo *info, struct task_struct *task, int group,
             int result) {
  struct task_state *state = state_of(task);
  if (!state || stopping || state->launching) return 0;
  struct sr_event *event = begin_event(SR_EVENT_SIGNAL, state);
  if (!event) return 0;
  struct task_struct *sender = bpf_get_current_task_btf();
  event->number = signal;
  event->stage = STAGE_GENERATED;
  event->other_pid = id_in_namespace(sender->group_leader);
  event->other_tid = id_in_namespace(sender);
  event->length = SR_SIGINFO;
  event->value = result == TRACE_SIGNAL_DELIVERED;
  siginfo_into(event->siginfo, info, signal, event->other_pid);
  sender_into(event, sender);
  const bool ignored = result == TRACE_SIGNAL_IGNORED;
  // As a pending signal would, it waits for the end of the call that the receiver is in; others of its kind are one with it.
  const bool waits = ignored && !state->ignored && (state->phase == IN_CALL || state->phase == FOUND);
  if (waits) {
    __builtin_memcpy(state->siginfo, event->siginfo, SR_SIGINFO);
    asm volatile("" ::: "memory");
    state->ignored = signal;
  }
  if (result == TRACE_SIGNAL_DELIVERED) keep_fatal(state, task, event, signal);
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  if (ignored && !waits && state->ignored != signal) emit_signal_at_once(state, info, signal);
  return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal_deliver, int signal, struct kernel_siginfo *info) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct task_state *state = state_of(task);
  if (!state || stopping || state->launching) return 0;
  // No siginfo: the process ends, and its threads are told so. (A comparison with 0 the verifier takes for decided.)
  const bool ends = (unsigned long)info <= 1;
  if (ends && !state->fatal) return 0;
  const bool fault = !ends && is_fault(signal);
  struct sr_event *event = fault ? begin_fault(ctx, task, state) : begin_event(SR_EVENT_SIGNAL, state);
  if (!event) return 0;
  const struct pt_regs *regs = (const struct pt_regs *)bpf_task_pt_regs(task);
  event->number = ends ? state->fatal : signal;
  event->stage = STAGE_DELIVERED;
  event->value = regs->ip;
  event->length = SR_SIGINFO;
  if (ends) __builtin_memcpy(event->siginfo, state->siginfo, SR_SIGINFO);
  else siginfo_into(event->siginfo, info, signal, 0);
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_TASKS_BPF_H_
