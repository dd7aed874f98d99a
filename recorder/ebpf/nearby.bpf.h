// Who is traced, and what is kept of it, found out without a call into the kernel: each costs as much as all the rest of it.
//
// At a system call the registers lie at the top of the task's kernel stack, and the stack is the task's own. So their place
// tells tasks apart: a small table says who has which place, and of nearly all tasks that nobody keeps anything about them. Where
// two traced tasks fall on the same entry of the table, the second has its state in the task's storage, and is found by it.
#ifndef SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_
#define SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_

#include "recorder/ebpf/kernel_read.bpf.h"
#include "recorder/ebpf/state.bpf.h"

enum { NEARBY_BITS = 12, NEARBY_SLOTS = 1 << NEARBY_BITS };

// No two stacks are nearer to each other than a page, so the lower bits of an entry are free for a count.
#define NEARBY_SHARING 0xfffull

// An entry: where its owner's registers lie, and, in the lower bits, how many others share it. The owner's state is in `states`.
__u64 nearby[NEARBY_SLOTS] = {};
__u64 claims[NEARBY_SLOTS] = {};  // 1: the entry has an owner, or is about to get one

static struct task_state states[NEARBY_SLOTS] = {};

static __always_inline struct task_struct *task_at(__u64 address) {
  return bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct task_struct));
}

// The verifier lets no pointer become a number, but lets two be subtracted: all places are off by the same distance.
static __always_inline __u64 distance_of(const struct pt_regs *regs) { return (__u64)regs - (__u64)&nearby; }

static __always_inline __u32 slot_of(__u64 distance) {
  return distance * 0x9e3779b97f4a7c15 >> (64 - NEARBY_BITS);  // 2^64 over the golden ratio: stacks lie at regular distances
}

static __always_inline __u64 *entry_of(__u32 slot) { return &nearby[slot & (NEARBY_SLOTS - 1)]; }
static __always_inline struct task_state *state_at(__u32 slot) { return &states[slot & (NEARBY_SLOTS - 1)]; }
static __always_inline __u64 *claim_of(__u32 slot) { return &claims[slot & (NEARBY_SLOTS - 1)]; }

static __always_inline bool owned_from(__u64 entry, __u64 distance) { return (entry ^ distance) <= NEARBY_SHARING; }

// The state of a task, wherever it is; null if it is not traced.
static __always_inline struct task_state *state_of(struct task_struct *task) {
  struct task_state *state = bpf_task_storage_get(&tasks, task, 0, 0);
  if (!state || !state->owns) return state;
  return state_at(state->slot);
}

// Gives `task` a state that begins as zeros. No call of the task finds it before begin_state(). Returns null where the kernel has
// no memory, and where another gives, or gave it one: then `known` is set.
static __always_inline struct task_state *keep_state(struct task_struct *task, bool *known) {
  struct task_state *state = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  *known = state && __sync_val_compare_and_swap(&state->life, UNKNOWN, BEING_MARKED) != UNKNOWN;
  if (!state || *known) return 0;
  const __u64 distance = distance_of((const struct pt_regs *)bpf_task_pt_regs(task));
  const __u32 slot = slot_of(distance);
  struct task_state *owned = state_at(slot);
  const bool owns = __sync_val_compare_and_swap(claim_of(slot), 0, 1) == 0;
  state->owns = owns;
  state->slot = slot;
  state->share = owns ? distance & ~NEARBY_SHARING : 1;
  bpf_probe_read_kernel(&state->task, sizeof state->task, &task);
  if (!owns) return state;
  __builtin_memcpy(owned, state, sizeof *owned);  // it is new: zeros but for its place
  return owned;
}

// From now on the calls of the task find the state, and its end is counted.
static __always_inline void begin_state(struct task_struct *task, const struct task_state *state) {
  __sync_fetch_and_add(entry_of(state->slot), state->share);
  __sync_fetch_and_add(&live_tasks, 1);
  struct task_state *stored = bpf_task_storage_get(&tasks, task, 0, 0);
  if (stored) __sync_lock_test_and_set(&stored->life, MARKED);
}

// Counts the end of a task that nobody else has counted, and gives its state; null if there is none, or if it is still being marked.
static __always_inline struct task_state *end_state(struct task_struct *task) {
  struct task_state *stored = bpf_task_storage_get(&tasks, task, 0, 0);
  if (!stored || __sync_val_compare_and_swap(&stored->life, MARKED, ENDED) != MARKED) return 0;
  __sync_fetch_and_add(&live_tasks, -1);
  return stored->owns ? state_at(stored->slot) : stored;
}

static __always_inline void leave_slot(__u32 slot, __u64 share, bool owns) {
  __sync_fetch_and_add(entry_of(slot), -share);
  if (owns) *claim_of(slot) = 0;
}

// Takes away what end_state() gave.
static __always_inline void drop_state(struct task_struct *task, const struct task_state *state) {
  const __u64 share = state->share;
  const __u32 slot = state->slot;
  const bool owns = state->owns;
  bpf_task_storage_delete(&tasks, task);
  leave_slot(slot, share, owns);
}

// A new task may have the stack of one whose end nobody saw; it is not taken for that one.
static __always_inline void take_over_stack(struct task_struct *newborn) {
  const __u64 distance = distance_of((const struct pt_regs *)bpf_task_pt_regs(newborn));
  const __u32 slot = slot_of(distance);
  if (owned_from(*entry_of(slot), distance)) leave_slot(slot, distance & ~NEARBY_SHARING, true);
}

// The state of the current task, which is in a system call with `regs`, and the task; null if it is not traced.
static __always_inline struct task_state *own_state(const struct pt_regs *regs, struct task_struct **task) {
  const __u64 distance = distance_of(regs);
  const __u32 slot = slot_of(distance);
  const __u64 entry = *entry_of(slot);
  if (!entry) return 0;
  if (likely(owned_from(entry, distance))) {
    struct task_state *state = state_at(slot);
    *task = has_cast() ? task_at(state->task) : bpf_get_current_task_btf();
    return state;
  }
  if (!(entry & NEARBY_SHARING)) return 0;
  struct task_struct *current = bpf_get_current_task_btf();
  *task = has_cast() ? task_at((__u64)current) : current;
  return bpf_task_storage_get(&tasks, current, 0, 0);
}

#endif  // SYSREEL_RECORDER_EBPF_NEARBY_BPF_H_
