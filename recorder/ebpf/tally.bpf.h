// Counts calls instead of recording them: calls, errors, time and a histogram of durations for each call, on each CPU.
//
// Two readings of the clock would cost more than all the rest. So beyond the first SR_TALLY_FIRST of a kind, of the calls
// that are over within two ticks one in SR_TALLY_WEIGHT is timed, drawn at random, and stands for as many; the longer ones,
// which so few drawn would misjudge, are told by the tick counter, which costs nothing to read, and count each for itself.
#ifndef SYSREEL_RECORDER_EBPF_TALLY_BPF_H_
#define SYSREEL_RECORDER_EBPF_TALLY_BPF_H_

#include "recorder/ebpf/tasks.bpf.h"

// By CPU, then by plan. Sized at load.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct sr_tally);
} tallies SEC(".maps");

const volatile bool time_every_call = false;
const volatile __u64 tick_ns = 0;

static __always_inline struct sr_tally *tally_of(__u32 plan) {
  __u32 index = bpf_get_smp_processor_id() * SR_PLAN_COUNT + plan;
  return bpf_map_lookup_elem(&tallies, &index);
}

// The position of the highest bit that is set; `value` is not 0.
static __always_inline __u32 highest_bit(__u64 value) {
  __u32 bit = 0;
  for (int step = 32; step; step >>= 1) {
    if (value >> step) {
      value >>= step;
      bit += step;
    }
  }
  return bit;
}

// See sr_tally.
static __always_inline __u32 bucket_of(__u64 duration) {
  if (duration < SR_TALLY_STEPS) return duration;
  const __u32 bit = highest_bit(duration);
  return (bit - 1) * SR_TALLY_STEPS + (duration >> (bit - 2) & (SR_TALLY_STEPS - 1));
}

static __always_inline void add_time(struct sr_tally *tally, __u64 duration, __u32 weight) {
  tally->time += duration * weight;
  if (duration > tally->longest) tally->longest = duration;
  __u32 bucket = bucket_of(duration);
  barrier_var(bucket);
  if (bucket < SR_TALLY_BUCKETS) tally->buckets[bucket] += weight;
}

// For how many calls this one will stand; 0: it is not timed, unless it takes long.
static __always_inline __u32 draw_weight(struct task_state *state, const struct sr_tally *tally) {
  if (time_every_call || tally->calls < SR_TALLY_FIRST) return 1;
  state->random = state->random * 1664525 + 1013904223;  // a linear congruence; its upper bits are good enough
  return state->random < ~0u / SR_TALLY_WEIGHT ? SR_TALLY_WEIGHT : 0;
}

static __always_inline void time_call(struct sr_tally *tally, const struct task_state *state) {
  if (time_every_call) return add_time(tally, bpf_ktime_get_ns() - state->start, 1);
  const __u32 ticks = (__u32)bpf_jiffies64() - (__u32)(state->since >> 32);
  const bool short_one = ticks < 2;
  if (state->weight) {
    add_time(tally, bpf_ktime_get_ns() - state->start, short_one ? state->weight : 1);
  } else if (!short_one) {
    add_time(tally, (__u64)ticks * tick_ns, 1);
  }
}

SEC("tp_btf/sys_enter")
int BPF_PROG(tally_enter, struct pt_regs *regs, long nr) {
  struct task_struct *task;
  struct task_state *state = own_state(regs, &task);
  if (!state) return 0;
  const bool compat = is_compat(task);
  __u32 plan = plan_of(nr, compat);
  barrier_var(plan);
  if (plan >= SR_PLAN_COUNT) return 0;
  const __u32 flags = plans[plan].flags;
  if (unlikely(stopping) || !(flags & SR_WANTED)) {
    state->phase = SKIPPED;
    return 0;
  }
  state->nr = nr;
  state->plan = plan;
  state->abi = compat ? ABI_I386 : ABI_X86_64;
  struct sr_tally *tally = tally_of(plan);
  if (!tally) return 0;
  state->weight = draw_weight(state, tally);
  state->start = state->weight ? bpf_ktime_get_ns() : 0;
  state->since = bpf_jiffies64() << 32 | state->random;  // the latter tells one call from the next: see show_calls
  asm volatile("" ::: "memory");
  *(volatile __u8 *)&state->phase = IN_CALL;
  if (!(flags & SR_NO_RETURN) || state->launching) return 0;
  state->phase = SKIPPED;
  tally->calls++;
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(tally_exit, struct pt_regs *regs, long result) {
  struct task_struct *task;
  struct task_state *state = own_state(regs, &task);
  if (!state) return 0;
  const __u32 phase = state->phase;
  state->phase = IDLE;
  if (unlikely(state->ignored)) emit_ignored(state);
  if (unlikely(state->launching)) {
    if (state->launching != EXECUTING) return 0;
    state->launching = LAUNCHED;
  }
  if (phase == SKIPPED || phase == FRESH_CHILD || (unlikely(stopping) && phase == IDLE)) return 0;
  // One whose entry was not seen: found in the middle of it, or denied by seccomp.
  __u32 plan = phase == IN_CALL ? state->plan : plan_of((int)regs->orig_ax, is_compat(task));
  barrier_var(plan);
  if (plan >= SR_PLAN_COUNT || !(plans[plan].flags & SR_WANTED)) return 0;
  struct sr_tally *tally = tally_of(plan);
  if (!tally) {
    __sync_fetch_and_add(&lost_without_ring, 1);  // a CPU that came online after the load
    return 0;
  }
  tally->calls++;
  if (result < 0 && result >= -4095) tally->errors++;
  if (phase == IN_CALL) time_call(tally, state);
  if (unlikely(state->next_tid)) {
    state->tid = state->next_tid;
    state->next_tid = 0;
  }
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_TALLY_BPF_H_
