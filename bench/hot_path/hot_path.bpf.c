// The steps that any recorder of system calls must take, and nothing else, each on top of those before it: what they cost
// is the floor under the recorder's own programs. Nobody reads the ring; it is written round and round.
#include "recorder/ebpf/nearby.bpf.h"
#include "recorder/ebpf/ring.bpf.h"
#include "bench/hot_path/steps.h"

// Counts of one call, on each CPU.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64[16]);
} counts SEC(".maps");

const volatile __u32 step = STEP_DISPATCH;
const volatile __u32 launcher = 0;  // children of this process are traced, and theirs
const volatile __u32 target = 0;    // or the threads of this one, from their next call on

// The state of the current task, found as the recorder finds it; null if it is not traced.
static __always_inline struct task_state *traced(const struct pt_regs *regs) {
  struct task_struct *task;
  struct task_state *state = own_state(regs, &task);
  if (state || !target) return state;
  task = bpf_get_current_task_btf();
  if (task->tgid != target) return 0;
  bool known;
  state = keep_state(task, &known);
  if (state) begin_state(task, state);
  return state;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  take_over_stack(child);
  if (parent->tgid != launcher && !state_of(parent)) return 0;
  bool known;
  struct task_state *state = keep_state(child, &known);
  if (!state) return 0;
  state->pid = child->tgid;
  state->tid = child->pid;
  begin_state(child, state);
  return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long nr) {
  if (step < STEP_FILTER) return 0;
  struct task_state *state = traced(regs);
  if (!state) return 0;
  state->nr = nr;
  state->phase = IN_CALL;
  if (step >= STEP_CLOCKS && step <= STEP_PAYLOAD) state->start = bpf_ktime_get_ns();
  return 0;
}

static __always_inline void count(__u64 result) {
  __u32 cpu = bpf_get_smp_processor_id();
  __u64 *count = bpf_map_lookup_elem(&counts, &cpu);
  if (!count) return;
  count[0]++;
  if (result > -4096ull) count[1]++;
}

static __always_inline void publish_call(const struct task_state *state, const struct pt_regs *regs, long result, __u64 now) {
  struct sr_ring_control *control = ring_of(bpf_get_smp_processor_id());
  if (!control) return;
  const __u64 head = control->head;
  struct sr_record *record = (void *)control + SR_CONTROL_SIZE + (head & ring_mask);
  record->kind = SR_RECORD_CALL;
  record->pid = state->pid;
  record->tid = state->tid;
  record->start = state->start;
  record->end = now;
  record->nr = state->nr;
  record->result = result;
  record->ip = regs->ip;
  record->args[0] = regs->di;
  record->args[1] = regs->si;
  record->args[2] = regs->dx;
  __u32 size = sizeof *record;
  if (step == STEP_PAYLOAD || step == STEP_NO_DURATION) {
    struct sr_block *block = (void *)(record + 1);
    __u64 length = result > 0 ? result : 0;
    barrier_var(length);
    if (length > 64) length = 64;
    if (bpf_probe_read_user(block + 1, length, (void *)regs->si)) return;
    block->address = regs->si;
    block->length = length;
    size += sizeof *block + 64;
  }
  record->size = size;
  publish(control, head, size);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exit, struct pt_regs *regs, long result) {
  if (step < STEP_FILTER) return 0;
  struct task_state *state = traced(regs);
  if (!state) return 0;
  if (step == STEP_COUNT) count(result);
  if (step < STEP_CLOCKS || step == STEP_COUNT) return 0;
  const __u64 now = bpf_ktime_get_ns();
  if (step >= STEP_RECORD) publish_call(state, regs, result, now);
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
