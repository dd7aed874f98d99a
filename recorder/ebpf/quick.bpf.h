// The quick way to record a call at its exit: at most three simple copies, all made here, and nothing special. Most calls go it,
// so it is short, and written in whole words: what costs here are bytes of code more than anything they do.
#ifndef SYSREEL_RECORDER_EBPF_QUICK_BPF_H_
#define SYSREEL_RECORDER_EBPF_QUICK_BPF_H_

#include "recorder/ebpf/clock.bpf.h"
#include "recorder/ebpf/nearby.bpf.h"
#include "recorder/ebpf/ring.bpf.h"

// Words of a record.
enum { WORD_HEAD, WORD_TASK, WORD_END, WORD_START, WORD_ON_CPU, WORD_RESULT, WORD_IP, WORD_ARGS, WORD_TAIL = WORD_ARGS + 6, RECORD_WORDS };

// Began under our eyes, has a quick plan, and no signal waits for its end. (Fields are read one by one: what was just written in
// part and is read whole waits until the write has left the CPU.)
static __always_inline bool is_usual(const struct task_state *state, __u32 phase) {
  return phase == IN_CALL && state->quick.kind && !state->ignored;
}

// A call cut short may end without a result, and one that goes on in the background may say something of its descriptor.
static __always_inline bool is_ordinary(long result, __u32 kind) {
  if (likely(result >= 0)) return !(kind & SR_QUICK_FAILED);
  return result != -4 && result != -115 && (result > -512 || result < -516);
}

// Netlink messages begin with their length, and are no shorter than their header.
static __always_inline bool may_be_netlink(const char *data, __u32 copied, __u64 size) {
  const __u32 first = *(const __u32 *)data;
  return copied < size && (size < 16 || (first >= 16 && first <= size));
}

// Appends what one operation copies. Returns the bytes appended, or a negative number where it needs the general way.
static __always_inline long copy_quickly(char *to, const __u64 *words, const volatile struct sr_quick_op *op, __u32 flags, __u8 phase) {
  const __u64 address = words[op->address & 15];
  if (!address) return 0;
  struct sr_block *block = (void *)to;
  const __u32 limit = op->limit;
  __u64 wanted;
  long length;
  __u8 end = SR_END_WHOLE;
  if (flags & SR_QUICK_STRING) {
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
    const __u32 source = op->count;
    wanted = source ? words[source & 15] : 1;
    if (flags & SR_QUICK_NARROW) wanted = (__u32)wanted;
    const __u32 most = op->most;
    if (most && wanted > words[most & 15]) return -1;
    if (wanted > 0xffffffff) wanted = 0xffffffff;
    wanted *= op->unit;
    if (wanted > 0xffffffff) wanted = 0xffffffff;
    if (!wanted) return 0;
    __u64 size = wanted;
    if (size > limit) {
      if (flags & SR_QUICK_BOUNDED) return -1;
      size = limit;
      end = SR_END_LIMIT;
    }
    barrier_var(size);
    if (size > SR_QUICK_LIMIT) return -1;
    length = size;
    if (size && bpf_probe_read_user(to + sizeof *block, size, (void *)address)) return -1;
    if (flags & SR_QUICK_MESSAGE && may_be_netlink(to + sizeof *block, length, wanted)) return -1;
  }
  block->address = address;
  block->wanted = wanted;
  block->length = length;
  block->phase = phase;
  block->end = end;
  return sizeof *block + ((length + 7) & ~7);
}

// Records a call that is usual and ordinary. Returns false, with nothing published, where only the general way will do.
static __always_inline bool leave_quickly(const struct task_state *state, const struct task_struct *task, const struct pt_regs *regs,
                                          long result, struct sr_ring_control *control, __u64 now, __u32 flags) {
  const __u64 head = control->head;
  char *base = (char *)control + SR_CONTROL_SIZE + (head & ring_mask);
  __u64 *words = (__u64 *)base;
  words[WORD_TASK] = *(const __u64 *)&state->pid;
  words[WORD_END] = now;
  __u64 start = now;
  __s64 on_cpu = -1;
  if (with_durations) {
    start = state->start;
    on_cpu = time_on_cpu(state, task, now - start);
  }
  words[WORD_START] = start;
  words[WORD_ON_CPU] = on_cpu;
  words[WORD_RESULT] = result;
  words[WORD_IP] = regs->ip;
  words[WORD_ARGS] = regs->di;
  words[WORD_ARGS + 1] = regs->si;
  words[WORD_ARGS + 2] = regs->dx;
  words[WORD_ARGS + 3] = regs->r10;
  words[WORD_ARGS + 4] = regs->r8;
  words[WORD_ARGS + 5] = regs->r9;
  flags |= state->quick.flags;
  const __u32 output = result < 0 && result >= -4095 ? SR_QUICK_ON_FAILURE : SR_QUICK_ON_SUCCESS;
  const __u32 count = state->quick.kind & SR_QUICK_OPS_MASK;
  __u64 cursor = sizeof(struct sr_record);  // 64 bits: old verifiers forget the bound of what is extended to them
  __u64 blocks = 0;
  for (int i = 0; i < SR_QUICK_OPS; ++i) {
    if (i >= count) break;
    __u32 number = state->quick.first_op + i;
    barrier_var(number);
    if (number >= SR_QUICK_COUNT) break;
    const volatile struct sr_quick_op *op = &quick_ops[number];
    const __u32 what = op->flags;
    if (what & SR_QUICK_NULL && words[op->address & 15]) return false;
    if (!(what & (output | SR_QUICK_LATE))) continue;
    if (what & SR_QUICK_LATE) flags |= CALL_LATE_INPUT;
    barrier_var(cursor);
    if (cursor > sizeof(struct sr_record) + (SR_QUICK_OPS - 1) * (SR_QUICK_LIMIT + 32)) break;
    const long size = copy_quickly(base + cursor, words, op, what, what & output ? SR_PHASE_EXIT : SR_PHASE_ENTRY);
    if (size < 0) return false;
    if (size) ++blocks;
    cursor += size;
  }
  words[WORD_HEAD] = cursor | (__u64)SR_RECORD_CALL << 32 | (__u64)ABI_X86_64 << 40 | (__u64)flags << 48;
  words[WORD_TAIL] = (__u32)state->nr | blocks << 32;
  publish(control, head, cursor);
  return true;
}

_Static_assert(__builtin_offsetof(struct sr_record, end) == 8 * WORD_END && __builtin_offsetof(struct sr_record, result) == 8 * WORD_RESULT, "words");
_Static_assert(__builtin_offsetof(struct sr_record, args) == 8 * WORD_ARGS && __builtin_offsetof(struct sr_record, nr) == 8 * WORD_TAIL, "words");
_Static_assert(__builtin_offsetof(struct sr_record, kind) == 4 && __builtin_offsetof(struct sr_record, abi) == 5 && __builtin_offsetof(struct sr_record, flags) == 6, "head");
_Static_assert(__builtin_offsetof(struct sr_record, block_count) == 8 * WORD_TAIL + 4 && sizeof(struct sr_record) == 8 * RECORD_WORDS, "tail");

#endif  // SYSREEL_RECORDER_EBPF_QUICK_BPF_H_
