// How much of a call its task spent on a CPU, by the scheduler's own account, which is read without a call into the kernel.
//
// A task on a CPU has run for se.sum_exec_runtime, and since se.exec_start on top of that. Both change when it leaves the CPU and
// at each tick, and only then: a call that finds `since` as it was has not left its CPU.
#ifndef SYSREEL_RECORDER_EBPF_CLOCK_BPF_H_
#define SYSREEL_RECORDER_EBPF_CLOCK_BPF_H_

#include "recorder/ebpf/state.bpf.h"

struct account {
  __u64 since, runtime;
};

static __always_inline struct account account_of(const struct task_struct *task) {
  struct account account = {task->se.exec_start, task->se.sum_exec_runtime};
  asm volatile("" ::: "memory");
  if (unlikely(account.since != *(volatile __u64 *)&task->se.exec_start)) {  // a tick came between
    account.since = task->se.exec_start;
    account.runtime = task->se.sum_exec_runtime;
  }
  return account;
}

static __always_inline void take_account(struct task_state *state, const struct task_struct *task) {
  const struct account account = account_of(task);
  state->since = account.since;
  state->runtime = account.runtime;
}

static __always_inline void note_account(struct task_state *state, const struct task_struct *task) {
  if (unlikely(task->se.exec_start != state->since)) take_account(state, task);
}

static __always_inline __s64 time_beside_sleep(const struct task_state *state, const struct task_struct *task, __s64 duration) {
  const struct account account = account_of(task);
  const __s64 on_cpu = duration + (account.runtime - account.since) - (state->runtime - state->since);
  return on_cpu < 0 ? 0 : on_cpu > duration ? duration : on_cpu;
}

// Nanoseconds of the `duration` that the call in work has taken by now.
static __always_inline __s64 time_on_cpu(const struct task_state *state, const struct task_struct *task, __s64 duration) {
  if (likely(task->se.exec_start == state->since)) return duration;
  return time_beside_sleep(state, task, duration);
}

#endif  // SYSREEL_RECORDER_EBPF_CLOCK_BPF_H_
