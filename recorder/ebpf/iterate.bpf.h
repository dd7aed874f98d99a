// Walks all tasks: marks those to be attached, and tells which calls are in flight.
#ifndef SYSREEL_RECORDER_EBPF_ITERATE_BPF_H_
#define SYSREEL_RECORDER_EBPF_ITERATE_BPF_H_

#include "recorder/ebpf/calls.bpf.h"
#include "recorder/ebpf/tasks.bpf.h"

// In a call, going by the registers a task left at its last entry: while a call runs, its result reads -ENOSYS.
static __always_inline bool seems_in_call(const struct pt_regs *regs) {
  return (long)regs->orig_ax >= 0 && (long)regs->ax == -38;
}

// It has been made, but never run: on_fork may not have seen it yet.
static __always_inline bool is_unborn(const struct task_struct *task) {
  const struct task_struct___before_5_14 *old = (const void *)task;
  if (bpf_core_field_exists(old->state)) return BPF_CORE_READ(old, state) & TASK_NEW;
  return BPF_CORE_READ(task, __state) & TASK_NEW;
}

static __always_inline void registers_into(struct sr_seen *seen, struct task_struct *task, const struct pt_regs *regs) {
  const bool compat = is_compat(task);
  seen->nr = regs->orig_ax;
  seen->ip = regs->ip;
  seen->abi = compat ? ABI_I386 : ABI_X86_64;
  args_from(seen->args, regs, compat);
}

// Marks the threads of process `mark_tgid` that have no state yet and reports each.
SEC("iter/task")
int mark_tasks(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  if (id_in_namespace(task->group_leader) != mark_tgid) return 0;
  if (!follow_threads && task->pid != task->tgid) return 0;
  if (task->flags & (PF_EXITING | PF_KERNEL_HELPERS)) return 0;
  struct sr_seen seen = {};
  seen.time = bpf_ktime_get_ns();
  bool known;
  struct task_state *state = mark(task, &known);
  if (known) return 0;
  if (!state) {
    seen.flags = SR_SEEN_NO_STORAGE;
    bpf_seq_write(ctx->meta->seq, &seen, sizeof seen);
    return 0;
  }
  state->launching = mark_launching ? HELD : LAUNCHED;
  state->found = seen.time;
  if (is_unborn(task)) state->phase = FRESH_CHILD;  // its first exit belongs to no call
  begin_state(task, state);
  // Its end may have passed between the look at its flags and the mark, and would never be told.
  if (task->flags & PF_EXITING) {
    const struct task_state *ended = end_state(task);
    if (ended) drop_state(task, ended);
    return 0;
  }
  const struct pt_regs *regs = (const struct pt_regs *)bpf_task_pt_regs(task);
  seen.flags = SR_SEEN_NEW;
  seen.pid = state->pid;
  seen.tid = state->tid;
  seen.start = seen.time;
  seen.origin = mark_launching ? ORIGIN_LAUNCHED : ORIGIN_ATTACHED;
  bpf_probe_read_kernel(seen.comm, sizeof seen.comm, task->comm);
  if (!mark_launching && seems_in_call(regs)) {
    registers_into(&seen, task, regs);
    seen.flags |= SR_SEEN_IN_CALL | SR_SEEN_START_UNKNOWN;
  }
  bpf_seq_write(ctx->meta->seq, &seen, sizeof seen);
  return 0;
}

// Reports every traced task that is in a call. The task may be running: what was read counts only if it was in the same call
// before and after.
SEC("iter/task")
int show_calls(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  struct task_state *state = state_of(task);
  if (!state || state->launching) return 0;
  const __u32 phase = *(volatile __u8 *)&state->phase;
  if (phase != IN_CALL && phase != FOUND) return 0;
  const __u64 start = *(volatile __u64 *)&state->start, since = *(volatile __u64 *)&state->since;
  asm volatile("" ::: "memory");
  struct sr_seen seen = {};
  seen.time = bpf_ktime_get_ns();
  const struct pt_regs *regs = (const struct pt_regs *)bpf_task_pt_regs(task);
  const bool in_call = seems_in_call(regs);
  registers_into(&seen, task, regs);
  asm volatile("" ::: "memory");
  const bool same = *(volatile __u64 *)&state->start == start && *(volatile __u64 *)&state->since == since &&
                    *(volatile __u8 *)&state->phase == phase;
  if (!in_call || !same || (phase == IN_CALL && seen.nr != state->nr)) return 0;
  __u32 plan = plan_of(seen.nr, seen.abi == ABI_I386);
  barrier_var(plan);
  if (plan >= SR_PLAN_COUNT) return 0;
  const __u32 what = plans[plan].flags;
  if (!(what & (SR_WANTED | SR_HIDDEN))) return 0;
  seen.flags = SR_SEEN_IN_CALL;
  if (phase == FOUND) seen.flags |= SR_SEEN_START_UNKNOWN;
  if (!(what & SR_WANTED)) seen.flags |= SR_SEEN_HIDDEN;
  seen.pid = state->pid;
  seen.tid = state->tid;
  seen.start = phase == FOUND ? state->found : start;
  if (!seen.start) seen.start = seen.time;
  bpf_seq_write(ctx->meta->seq, &seen, sizeof seen);
  return 0;
}

// Notes the depth of the reader's pid namespace, once, before anything is marked.
SEC("iter/task")
int learn_namespace(struct bpf_iter__task *ctx) {
  struct task_struct *reader = bpf_get_current_task_btf();
  ns_level = BPF_CORE_READ(reader, thread_pid, level);
  root_dentry = (__u64)BPF_CORE_READ(reader, fs, root.dentry);
  root_mount = (__u64)BPF_CORE_READ(reader, fs, root.mnt);
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_ITERATE_BPF_H_
