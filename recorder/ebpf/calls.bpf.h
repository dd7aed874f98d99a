// Entry and exit of system calls: one record a call, written at its exit.
#ifndef SYSREEL_RECORDER_EBPF_CALLS_BPF_H_
#define SYSREEL_RECORDER_EBPF_CALLS_BPF_H_

#include "recorder/ebpf/capture.bpf.h"
#include "recorder/ebpf/clock.bpf.h"
#include "recorder/ebpf/fd.bpf.h"
#include "recorder/ebpf/filter.bpf.h"
#include "recorder/ebpf/nearby.bpf.h"
#include "recorder/ebpf/quick.bpf.h"
#include "recorder/ebpf/stack.bpf.h"
#include "recorder/ebpf/tasks.bpf.h"

static __always_inline void args_from(__u64 *args, const struct pt_regs *regs, bool compat) {
  if (unlikely(compat)) {
    args[0] = (__u32)regs->bx;
    args[1] = (__u32)regs->cx;
    args[2] = (__u32)regs->dx;
    args[3] = (__u32)regs->si;
    args[4] = (__u32)regs->di;
    args[5] = (__u32)regs->bp;
  } else {
    args[0] = regs->di;
    args[1] = regs->si;
    args[2] = regs->dx;
    args[3] = regs->r10;
    args[4] = regs->r8;
    args[5] = regs->r9;
  }
}

// Copies what must be copied at entry into an entry record. Returns false if the ring was full.
__noinline int write_entry(struct work *work, __u32 plan) {
  if (!work || plan >= SR_PLAN_COUNT) return 0;
  choose_signature(work, plan);
  __u32 failed = 0;
  for (int i = 0; i < SR_MAX_OPS; ++i) {
    if (i >= work->op_count) break;
    __u32 number = work->first_op + i;
    barrier_var(number);
    if (number >= SR_OP_COUNT) break;
    const __u32 flags = ops[number].flags;
    if (flags & SR_OP_DEREF) {
      // The length at entry is kept: it bounds what is read at exit.
      __u32 operand = ops[number].count_operand, length = 0;
      bpf_probe_read_user(&length, sizeof length, (void *)work->args[operand < 6 ? operand : 0]);
      work->lengths = length;
    }
    copy_argument(work, number, false);
    if (work->block_end == SR_END_FAULT && flags & SR_OP_RETRY) failed |= 1 << i;
  }
  return failed;
}

// The part of a call's record that is the same for both of its records.
static __always_inline void fill_record(struct sr_record *record, const struct task_state *state, const struct work *work) {
  record->pid = state->pid;
  record->tid = state->tid;
  record->abi = state->abi;
  record->nr = state->nr;
  record->start = state->start;
  __builtin_memcpy(record->args, work->args, sizeof record->args);
}

// What an entry needs besides the clock: kept arguments, an entry record, or the whole record of a call that never returns.
static __always_inline int enter_slowly(struct task_state *state, const struct pt_regs *regs, bool compat, __u32 plan,
                                        __u32 flags) {
  state->lengths = ~0u;
  if (flags & SR_SAVE_ARGS) {
    args_from(state->args, regs, compat);
    state->ip = regs->ip;
  }
  if (unlikely(state->launching)) {
    if (!(flags & SR_EXEC)) return 0;
    if (state->launching == HELD) emit_launched(state);
    state->launching = TRYING;
  }
  const __u32 cpu = bpf_get_smp_processor_id();
  struct sr_ring_control *control = ring_of(cpu);
  if (!control) {
    __sync_fetch_and_add(&lost_without_ring, 1);
    return 0;
  }
  const bool last = flags & SR_NO_RETURN;
  if (!has_room(control)) {
    if (last) count_loss(control, SR_LOST_RING_FULL, state->start);
    if (last) state->phase = SKIPPED;
    state->retry = 0xff;
    return 0;
  }
  const __u64 head = control->head;
  struct work *work = begin_work(control, cpu, head);
  args_from(work->args, regs, compat);
  work->sp = regs->sp;
  state->retry = write_entry(work, plan);
  state->lengths = work->lengths;
  struct sr_record *record = record_at(work, 0);
  if (!record) return 0;
  if (!last && !work->blocks && !with_entries) return 0;
  fill_record(record, state, work);
  record->kind = last ? SR_RECORD_CALL : SR_RECORD_ENTRY;
  record->flags = (last ? CALL_NO_RESULT : 0) | (flags & SR_WANTED && !filters ? 0 : CALL_HIDDEN);
  record->end = state->start;
  record->on_cpu = -1;
  record->result = 0;
  record->ip = regs->ip;
  record->block_count = work->blocks;
  record->fd_count = 0;
  record->stack_depth = 0;
  record->size = work->cursor;
  if (last) {
    state->phase = SKIPPED;
  } else {
    state->entry_part = 1;
  }
  publish(control, head, work->cursor);
  return 0;
}

// Whether what would be copied at entry is not there: recv and accept are mostly called without an address.
static __always_inline bool nothing_at_entry(const struct pt_regs *regs, __u32 flags, bool compat) {
  if (!(flags & (SR_ENTRY_IF_THIRD | SR_ENTRY_IF_SIXTH)) || compat) return false;
  return !(flags & SR_ENTRY_IF_THIRD ? regs->dx : regs->r9);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long nr) {
  struct task_struct *task;
  struct task_state *state = own_state(regs, &task);
  if (!state) return 0;
  const bool compat = is_compat(task);
  __u32 plan = plan_of(nr, compat);
  barrier_var(plan);
  if (plan >= SR_PLAN_COUNT) return 0;
  const __u32 flags = plans[plan].flags;
  if (unlikely(stopping) || !(flags & (SR_WANTED | SR_HIDDEN))) {
    state->phase = SKIPPED;
    return 0;
  }
  state->nr = nr;
  state->plan = plan;
  state->abi = compat ? ABI_I386 : ABI_X86_64;
  state->quick = plans[plan].quick;
  if (unlikely(state->launching)) state->quick.kind = 0;
  if (with_durations) note_account(state, task);
  else state->since++;  // so that one call can be told from the next: see show_calls
  const bool slowly = flags & SR_AT_ENTRY && !nothing_at_entry(regs, flags, compat);
  state->start = with_durations || slowly ? bpf_ktime_get_ns() : 0;
  // Last, for those who look from another CPU.
  asm volatile("" ::: "memory");
  *(volatile __u8 *)&state->phase = IN_CALL;
  if (likely(!slowly)) return 0;
  return enter_slowly(state, regs, compat, plan, flags);
}

// What the exit program knows about the call when it decides how to record it.
struct leaving {
  struct task_struct *task;
  struct task_state *state;
  const struct pt_regs *regs;
  long result;
  __u32 plan;
  __u32 what;    // flags of the plan
  __u32 flags;   // CallFlag
  bool compat;
  bool began;    // its entry was seen
};

// Copies what is copied at exit. `failed` are the operations of the entry to be tried again.
__noinline int copy_at_exit(struct work *work, __u32 plan, __u32 failed) {
  if (!work || plan >= SR_PLAN_COUNT) return 0;
  choose_signature(work, plan);
  const __s64 result = work->result;
  work->at_exit = 1;
  work->failed = result < 0 && result >= -4095;
  work->left = result > 0 ? result : 0;
  for (int i = 0; i < SR_MAX_OPS; ++i) {
    if (i >= work->op_count) break;
    __u32 number = work->first_op + i;
    barrier_var(number);
    if (number >= SR_OP_COUNT) break;
    copy_argument(work, number, failed >> i & 1);
  }
  return 0;
}

// Whether strace would see no result: the task is being killed and the call was cut short.
static __always_inline bool dies_without_result(struct task_struct *task, long result, __u32 flags) {
  if (flags & CALL_NO_ENTRY) return BPF_CORE_READ(task, sighand, action[30].sa.sa_flags) & SA_IMMUTABLE;
  if (result != -4 && (result > -512 || result < -516)) return false;
  return task->pending.signal.sig[0] & 1 << 8;
}

// Records a call with all that can be special about it.
static __always_inline int leave_slowly(void *ctx, struct leaving *leaving, struct sr_ring_control *control, __u32 cpu,
                                        __u64 now) {
  struct task_state *state = leaving->state;
  const __u32 what = leaving->what;
  const long result = leaving->result;
  __u32 flags = leaving->flags;
  const __u32 entry_part = state->entry_part, retry = state->retry;
  state->entry_part = 0;
  state->retry = 0;
  const __u64 head = control->head;
  struct work *work = begin_work(control, cpu, head);
  __u64 ip = leaving->regs->ip;
  if (what & SR_SAVE_ARGS && leaving->began) {
    __builtin_memcpy(work->args, state->args, sizeof work->args);
    ip = state->ip;
    if (what & SR_SIGRETURN) flags |= CALL_BY_SIGRETURN;
  } else {
    args_from(work->args, leaving->regs, leaving->compat);
  }
  work->result = result;
  work->word = leaving->compat ? 4 : 8;
  work->lengths = state->lengths;
  // After a successful execve the memory of the arguments is gone.
  if (!(what & SR_EXEC && result == 0)) copy_at_exit(work, leaving->plan, retry);
  struct sr_record *record = record_at(work, 0);
  if (!record) return 0;
  if (dies_without_result(leaving->task, result, flags)) flags |= CALL_NO_RESULT;
  if (work->late) flags |= CALL_LATE_INPUT;
  record->kind = entry_part ? SR_RECORD_CALL_REST : SR_RECORD_CALL;
  record->abi = state->abi;
  record->pid = state->pid;
  record->tid = state->tid;
  record->end = now;
  record->start = with_durations ? state->start : now;
  record->on_cpu = with_durations && leaving->began ? time_on_cpu(state, leaving->task, now - state->start) : -1;
  record->nr = state->nr;
  record->result = result;
  __builtin_memcpy(record->args, work->args, sizeof record->args);
  record->flags = flags;
  record->ip = ip;
  const bool in_progress = result == -115 && work->fds == SR_FDS_FIRST;
  if (work->fds && (result >= 0 || in_progress)) append_facts(work);
  __u32 depth = 0;
  if (with_stacks) depth = append_stack(work, ctx);
  record->block_count = work->blocks;
  record->fd_count = work->facts;
  record->stack_depth = depth;
  record->size = work->cursor;
  if (work->too_large) control->cut++;
  publish(control, head, work->cursor);
  if (state->next_tid) {
    state->tid = state->next_tid;
    state->next_tid = 0;
  }
  return 0;
}

// Whether the filter drops the call, as far as can be said without the clock.
static __always_inline bool filtered_out(const struct leaving *leaving) {
  if (failed_only && leaving->result >= 0) return true;
  if (!filters) return false;
  __u64 args[6];
  if (leaving->what & SR_SAVE_ARGS && leaving->began) {
    __builtin_memcpy(args, leaving->state->args, sizeof args);
  } else {
    args_from(args, leaving->regs, leaving->compat);
  }
  if (!passes(leaving->task, args, leaving->result, leaving->plan)) return true;
  if (filter.path_count) {
    // The path of a successful execve is gone: on_exec has looked at the kernel's copy.
    const bool gone = leaving->what & SR_EXEC && leaving->result == 0;
    if (!(gone ? leaving->state->exec_passes : path_passes(args, plans[leaving->plan].path_args))) return true;
  }
  return filter.sample > 1 && !drawn(leaving->plan);
}

// A call that is not recorded.
static __always_inline int leave_out(struct sr_ring_control *control, struct task_state *state) {
  control->filtered++;
  if (unlikely(state->ignored)) emit_ignored(state);
  return 0;
}

static __always_inline bool too_quick(const struct leaving *leaving, __u64 now) {
  return filter.slower_than && now - leaving->state->start < filter.slower_than;
}

// Records a call unless the filter drops it.
static __always_inline int leave(void *ctx, const struct pt_regs *regs, long result, struct task_struct *task, struct task_state *state,
                                 __u32 phase) {
  if (phase == SKIPPED || phase == FRESH_CHILD) {
    if (unlikely(state->launching == EXECUTING)) state->launching = LAUNCHED;  // by an execve outside a strict filter
    return 0;
  }
  // At the end of a recording, calls that began before are still recorded.
  if (unlikely(stopping) && phase == IDLE) return 0;
  struct leaving leaving = {.task = task, .state = state, .regs = regs, .result = result, .began = phase == IN_CALL};
  leaving.compat = is_compat(task);
  if (unlikely(phase != IN_CALL)) {
    leaving.flags = phase == FOUND ? CALL_START_UNKNOWN : CALL_NO_ENTRY;
    state->nr = regs->orig_ax;
    state->plan = plan_of((int)regs->orig_ax, leaving.compat);
    state->abi = leaving.compat ? ABI_I386 : ABI_X86_64;
    state->entry_part = 0;
    state->retry = 0xff;
    state->lengths = ~0u;
    state->start = phase == FOUND && state->found ? state->found : bpf_ktime_get_ns();
  }
  __u32 plan = state->plan;
  barrier_var(plan);
  if (plan >= SR_PLAN_COUNT) return 0;
  leaving.plan = plan;
  const __u32 what = plans[plan].flags;
  leaving.what = what;
  if (!with_durations) leaving.flags |= CALL_NO_DURATION;
  if (!(what & SR_WANTED)) leaving.flags |= CALL_HIDDEN;
  if (unlikely(state->launching)) {
    if (state->launching == HELD || !(what & SR_EXEC)) return 0;
    if (state->launching == EXECUTING) state->launching = LAUNCHED;
  }
  if (!(what & (SR_WANTED | SR_HIDDEN))) return 0;

  const __u32 cpu = bpf_get_smp_processor_id();
  struct sr_ring_control *control = ring_of(cpu);
  if (!control) {
    __sync_fetch_and_add(&lost_without_ring, 1);
    return 0;
  }
  const bool judged = judging && what & SR_WANTED;
  bool out = judged && filtered_out(&leaving);
  if (out && (!(what & SR_CHANGES) || strict_filter)) return leave_out(control, state);
  const __u64 now = bpf_ktime_get_ns();
  if (judged && too_quick(&leaving, now)) {
    out = true;
    if (!(what & SR_CHANGES) || strict_filter) return leave_out(control, state);
  }
  if (out) leaving.flags |= CALL_HIDDEN;
  if (unlikely(!has_room(control))) {
    count_loss(control, SR_LOST_RING_FULL, now);
    return 0;
  }
  const bool quick = judging && is_usual(state, phase) && is_ordinary(result, state->quick.kind);
  if (!quick || !leave_quickly(state, task, regs, result, control, now, leaving.flags)) leave_slowly(ctx, &leaving, control, cpu, now);
  if (unlikely(state->ignored)) emit_ignored(state);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result) {
  struct task_struct *task;
  struct task_state *state = own_state(regs, &task);
  if (!state) return 0;
  const __u32 phase = state->phase;
  if (likely(!judging && is_usual(state, phase) && is_ordinary(result, state->quick.kind))) {
    struct sr_ring_control *control = ring_of(bpf_get_smp_processor_id());
    if (control && has_room(control) && leave_quickly(state, task, regs, result, control, bpf_ktime_get_ns(), 0)) {
      state->phase = IDLE;
      return 0;
    }
  }
  state->phase = IDLE;
  return leave(ctx, regs, result, task, state, phase);
}

#endif  // SYSREEL_RECORDER_EBPF_CALLS_BPF_H_
