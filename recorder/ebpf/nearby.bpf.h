// Who is traced, found out without a call into the kernel: the way of all other programs on the machine.
//
// At a system call the registers lie at the top of the task's kernel stack, and the stack is the task's own. So their place
// tells tasks apart, and a small table of counts by place says of nearly all tasks that nobody keeps anything about them.
#ifndef SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_
#define SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_

#include "recorder/ebpf/state.bpf.h"

enum { NEARBY_BITS = 12 };

// How many traced tasks share a place.
__u32 nearby[1 << NEARBY_BITS] = {};

// The verifier lets no pointer become a number, but lets two be subtracted: all places are off by the same distance.
static __always_inline __u32 place_of(const struct pt_regs *regs) {
  __u64 distance = (__u64)regs - (__u64)&nearby;
  distance *= 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio: stacks lie at regular distances
  return distance >> (64 - NEARBY_BITS);
}

// Gives `task` a state that begins as zeros, or finds the one it has. Returns null where the kernel has no memory.
static __always_inline struct task_state *keep_state(struct task_struct *task) {
  struct task_state *state = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!state || state->counted) return state;
  state->place = place_of((const struct pt_regs *)bpf_task_pt_regs(task));
  state->counted = 1;
  __u32 place = state->place & ((1 << NEARBY_BITS) - 1);
  __sync_fetch_and_add(&nearby[place], 1);
  return state;
}

// Takes it away. Returns false where somebody else did.
static __always_inline bool drop_state(struct task_struct *task, const struct task_state *state) {
  __u32 place = state->place & ((1 << NEARBY_BITS) - 1);
  if (bpf_task_storage_delete(&tasks, task) != 0) return false;
  __sync_fetch_and_add(&nearby[place], -1);
  return true;
}

// The state of the current task, which is in a system call with `regs`, and the task; null if it is not traced.
static __always_inline struct task_state *own_state(const struct pt_regs *regs, struct task_struct **task) {
  if (!nearby[place_of(regs)]) return 0;
  *task = bpf_get_current_task_btf();
  return bpf_task_storage_get(&tasks, *task, 0, 0);
}

#endif  // SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_
