// The usual way to record a call at its exit: at most three simple copies, all made here, and nothing special. What it needs is
// also what the general way needs.
#ifndef SYSREEL_RECORDER_EBPF_QUICK_BPF_H_
#define SYSREEL_RECORDER_EBPF_QUICK_BPF_H_

#include "recorder/ebpf/ring.bpf.h"

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

// The fields of a record that both ways of writing it fill alike.
static __always_inline void fill_exit(struct sr_record *record, const struct leaving *leaving, __u64 now) {
  const struct task_state *state = leaving->state;
  record->kind = SR_RECORD_CALL;
  record->abi = state->abi;
  record->pid = state->pid;
  record->tid = state->tid;
  record->end = now;
  record->start = with_durations ? state->start : now;
  record->nr = state->nr;
  record->result = leaving->result;
  __s64 on_cpu = -1;
  if (with_durations && leaving->began) {
    const __s64 duration = now - state->start;
    on_cpu = duration + (cpu_clock(leaving->task) - state->on_cpu);
    on_cpu = on_cpu < 0 ? 0 : on_cpu > duration ? duration : on_cpu;
  }
  record->on_cpu = on_cpu;
}

// Appends what one simple operation of a quick plan copies: no nested pointers, small limits. Returns the bytes appended,
// or a negative number at a fault.
static __always_inline long copy_quickly(char *to, const struct sr_record *record, const volatile struct sr_op *op, bool exit_phase) {
  const __u32 operand = op->operand & 7;
  const __u64 address = record->args[operand < 6 ? operand : 0];
  if (!address) return 0;
  struct sr_block *block = (void *)to;
  __u64 limit = op->limit, wanted;
  long length;
  __u32 end = SR_END_WHOLE;
  if (op->extent == SR_EXTENT_STRING) {
    wanted = limit;
    __u64 size = limit + 1;
    barrier_var(size);
    if (size > SR_QUICK_LIMIT + 1) size = SR_QUICK_LIMIT + 1;
    length = bpf_probe_read_user_str(to + sizeof *block, size, (void *)address);
    if (length < 0) return length;
    if (length > limit) {
      length = limit;
      end = SR_END_LIMIT;
    }
  } else {
    const __u32 source = op->count_operand & 7;
    __u64 count = op->count;
    if (op->count_from == SR_COUNT_OPERAND) {
      count = record->args[source < 6 ? source : 0];
      if (op->count_width == 4) count = (__u32)count;
    } else if (op->count_from == SR_COUNT_RESULT) {
      count = record->result > 0 ? record->result : 0;
    }
    if (count > 0xffffffff) count = 0xffffffff;
    wanted = count * op->unit;
    if (wanted > 0xffffffff) wanted = 0xffffffff;
    if (!wanted) return 0;
    __u64 size = wanted;
    if (size > limit) {
      size = limit;
      end = SR_END_LIMIT;
    }
    barrier_var(size);
    if (size > SR_QUICK_LIMIT) size = SR_QUICK_LIMIT;
    length = size;
    if (size && bpf_probe_read_user(to + sizeof *block, size, (void *)address)) return -1;
  }
  block->address = address;
  block->wanted = wanted;
  block->length = length;
  block->phase = exit_phase ? SR_PHASE_EXIT : SR_PHASE_ENTRY;
  block->end = end;
  return sizeof *block + ((length + 7) & ~7);
}

// Records a call whose plan is quick. Returns false, with nothing published, where only the general way will do: a fault.
static __always_inline bool leave_quickly(struct leaving *leaving, struct sr_ring_control *control, __u64 now) {
  const __u64 head = control->head;
  char *base = (char *)control + SR_CONTROL_SIZE + (head & ring_mask);
  struct sr_record *record = (void *)base;
  args_from(record->args, leaving->regs, leaving->compat);
  fill_exit(record, leaving, now);
  record->ip = leaving->regs->ip;
  const struct sr_signature signature = plans[leaving->plan].signature;
  const bool failed = leaving->result < 0 && leaving->result >= -4095;
  const __u32 outputs = failed ? SR_OP_ON_FAILURE : SR_OP_OUTPUT;
  __u64 cursor = sizeof *record;  // 64 bits: old verifiers forget the bound of what is extended to them
  __u32 blocks = 0, flags = leaving->flags;
  for (int i = 0; i < SR_QUICK_OPS; ++i) {
    if (i >= signature.op_count) break;
    __u32 number = signature.first_op + i;
    barrier_var(number);
    if (number >= SR_OP_COUNT) break;
    const volatile struct sr_op *op = &ops[number];
    const __u32 due = op->flags & (outputs | SR_OP_LATE);
    if (!due) continue;
    if (due & SR_OP_LATE) flags |= CALL_LATE_INPUT;
    barrier_var(cursor);
    if (cursor > sizeof *record + (SR_QUICK_OPS - 1) * (SR_QUICK_LIMIT + 32)) break;
    const long size = copy_quickly(base + cursor, record, op, due & outputs);
    if (size < 0) return false;
    if (size) ++blocks;
    cursor += size;
  }
  record->size = cursor;
  record->flags = flags;
  record->block_count = blocks;
  record->fd_count = 0;
  record->stack_depth = 0;
  publish(control, head, cursor);
  return true;
}

#endif  // SYSREEL_RECORDER_EBPF_QUICK_BPF_H_
