// The interpreter of the capture plan: chooses what holds for a call and follows its pointers as the rows say.
//
// Functions are global where they can be, so that the verifier looks at each once.
#ifndef SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_
#define SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_

#include "recorder/ebpf/block.bpf.h"
#include "recorder/ebpf/work.bpf.h"

// Pointer `child` inside the element at `element`, or 0.
static __always_inline __u64 child_pointer(struct work *work, __u32 child, __u32 element) {
  if (child >= SR_OP_COUNT) return 0;
  const volatile struct sr_op *op = &ops[child];
  const void *field = record_at(work, element + op->field_offset);
  if (!field) return 0;
  return op->word == 4 ? *(const __u32 *)field : *(const __u64 *)field;
}

// Decides whether an operation is due now, and of which phase its block is. `again`: it failed at entry.
static __always_inline bool is_due(struct work *work, __u32 flags, bool again) {
  if (!work->at_exit) {
    work->phase = SR_PHASE_ENTRY;
    return flags & SR_OP_ENTRY;
  }
  work->phase = SR_PHASE_EXIT;
  if (flags & (work->failed ? SR_OP_ON_FAILURE : SR_OP_OUTPUT)) return true;
  if (flags & SR_OP_LATE || (again && flags & SR_OP_RETRY)) {
    work->phase = SR_PHASE_ENTRY;
    work->late = 1;
    return true;
  }
  return flags & SR_OP_WALK || (flags & SR_OP_WALK_OUTPUT && !work->failed);
}

// Begins to walk over the pointers in the block copied last.
static __always_inline bool begin_walk(struct work *work, __u32 level, __u32 number) {
  if (number >= SR_OP_COUNT) return false;
  struct walk *walk = &work->walks[level];
  walk->stride = ops[number].stride;
  walk->first = ops[number].first_child;
  walk->children = ops[number].child_count;
  walk->child = 0;
  walk->element = work->block_at;
  walk->end = work->block_at + work->block_length;
  walk->one = (ops[number].flags & SR_OP_ONE) != 0;
  if (level == 0) work->left = work->failed || work->result < 0 ? 0 : work->result;
  return walk->element && walk->stride && walk->children;
}

// Moves on to the next pointer.
static __always_inline void next_pointer(struct walk *walk) {
  if (++walk->child < walk->children) return;
  walk->child = 0;
  walk->element += walk->stride;
  if (walk->one) walk->end = 0;
}

static __always_inline bool at_end(const struct walk *walk) { return walk->element >= walk->end; }

// The address of a pointer of the element, or 0 if it is not due now or not among the bytes that were copied.
static __always_inline __u64 due_pointer(struct work *work, __u32 op, __u32 element, __u32 end) {
  if (op >= SR_OP_COUNT) return 0;
  if (element + ops[op].field_offset + ops[op].word > end) return 0;
  if (!is_due(work, ops[op].flags, false)) return 0;
  return child_pointer(work, op, element);
}

// The verifier walks through every iteration of a loop, so long loops are two short ones, the inner in a function of its own.
enum { STEPS = 8, ROUNDS = SR_MAX_POINTERS / STEPS };

// Follows the next pointers of the second level; what is behind them is not followed further. Returns 0 behind the last.
__noinline int copy_grandchildren(struct work *work) {
  if (!work) return 0;
  struct walk *walk = &work->walks[1];
  for (int i = 0; i < STEPS; ++i) {
    if (at_end(walk)) return 0;
    __u32 op = walk->first + walk->child;
    const __u32 element = walk->element, end = walk->end;
    next_pointer(walk);
    barrier_var(op);
    const __u64 address = due_pointer(work, op, element, end);
    if (address) copy_block(work, op, address, element);
  }
  return 1;
}

// Follows the next pointer of the first level and those behind it. Returns 0 behind the last.
__noinline int copy_child(struct work *work) {
  if (!work || at_end(&work->walks[0])) return 0;
  struct walk *walk = &work->walks[0];
  __u32 op = walk->first + walk->child;
  const __u32 element = walk->element, end = walk->end;
  next_pointer(walk);
  barrier_var(op);
  const __u64 address = due_pointer(work, op, element, end);
  if (!address || copy_block(work, op, address, element) <= 0) return 1;
  if (!begin_walk(work, 1, op)) return 1;
  for (int i = 0; i < ROUNDS; ++i) {
    if (!copy_grandchildren(work)) break;
  }
  return 1;
}

__noinline int copy_some_children(struct work *work) {
  for (int i = 0; i < STEPS; ++i) {
    if (!copy_child(work)) return 0;
  }
  return 1;
}

// Follows the pointers in the block copied last, and those behind them.
static __always_inline void copy_children(struct work *work, __u32 number) {
  if (!begin_walk(work, 0, number)) return;
  for (int i = 0; i < ROUNDS; ++i) {
    if (!copy_some_children(work)) break;
  }
}

// The vector being copied, in the first walk: `element` is the place of its next pointer in the record.
static __always_inline void begin_vector(struct work *work, __u32 begin, __u32 end, __u32 word) {
  struct walk *walk = &work->walks[0];
  walk->element = begin;
  walk->end = end;
  walk->stride = word;
  walk->child = 0;
}

// Copies the next pointers of a vector from the tracee, which begins at `address` and in the record at `begin`.
// Returns 0 behind the null one, at a fault and where the record is full; work->block_end says which.
__noinline int copy_pointers(struct work *work, __u64 address, __u32 begin) {
  if (!work) return 0;
  struct walk *walk = &work->walks[0];
  const __u32 word = walk->stride == 4 ? 4 : 8;
  for (int i = 0; i < STEPS; ++i) {
    const __u32 at = walk->element;
    if (at + word > walk->end) return 0;
    __u64 pointer = 0;
    void *to = record_at(work, at);
    if (!to) return 0;
    if (bpf_probe_read_user(&pointer, word, (void *)(address + at - begin))) {
      work->block_end = SR_END_FAULT;
      return 0;
    }
    if (word == 4) *(__u32 *)to = pointer;
    else *(__u64 *)to = pointer;
    walk->element = at + word;
    if (pointer) continue;
    work->block_end = SR_END_WHOLE;
    return 0;
  }
  return 1;
}

// Copies the next strings of a vector whose pointers lie in the record. Returns 0 behind the last.
__noinline int copy_strings(struct work *work, __u32 number) {
  if (!work || number >= SR_OP_COUNT) return 0;
  struct walk *walk = &work->walks[0];
  const __u32 word = walk->stride;
  for (int i = 0; i < STEPS; ++i) {
    const __u32 at = walk->element;
    if (at + word > walk->end || walk->child >= ops[number].string_count) return 0;
    const void *field = record_at(work, at);
    if (!field) return 0;
    const __u64 string = word == 4 ? *(const __u32 *)field : *(const __u64 *)field;
    if (!string) return 0;
    copy_block(work, ops[number].first_child, string, 0);
    walk->element = at + word;
    walk->child++;
  }
  return 1;
}

// A vector of strings, as argv: first the pointers up to the null one, then the strings.
__noinline int copy_vector(struct work *work, __u32 number, __u64 address) {
  if (!work || number >= SR_OP_COUNT) return 0;
  const __u32 word = ops[number].abi_word;
  const __u32 cursor = work->cursor, begin = cursor + sizeof(struct sr_block);
  if (begin + 64 > SR_RECORD_MAX) {
    work->too_large = 1;
    return 0;
  }
  work->block_end = SR_END_LIMIT;
  begin_vector(work, begin, SR_RECORD_MAX - 16, word);
  for (int i = 0; i < ROUNDS; ++i) {
    if (!copy_pointers(work, address, begin)) break;
  }
  const __u32 length = work->walks[0].element - begin;
  struct sr_block *block = record_at(work, cursor);
  if (!block) return 0;
  block->address = address;
  block->wanted = work->block_end == SR_END_LIMIT ? length + word : length;
  block->length = length;
  block->phase = work->phase;
  block->end = work->block_end;
  work->blocks++;
  work->cursor = begin + ((length + 7) & ~7);
  const __u32 end = work->block_end;
  if (ops[number].flags & SR_OP_POINTERS_ONLY) return 0;
  begin_vector(work, begin, begin + length, word);
  for (int i = 0; i < ROUNDS; ++i) {
    if (!copy_strings(work, number)) break;
  }
  work->block_end = end;
  return 0;
}

// Follows one argument with all that hangs from it, if it is due now.
static __always_inline void copy_argument(struct work *work, __u32 number, bool again) {
  if (number >= SR_OP_COUNT) return;
  const volatile struct sr_op *op = &ops[number];
  const __u32 argument = op->operand;
  const __u64 address = op->flags & SR_OP_STACK ? work->sp : work->args[argument < 6 ? argument : 0];
  work->block_end = SR_END_WHOLE;
  if (!address || !is_due(work, op->flags, again)) return;
  if (op->extent == SR_EXTENT_VECTOR) {
    copy_vector(work, number, address);
    return;
  }
  if (copy_block(work, number, address, 0) > 0 && op->child_count) copy_children(work, number);
}

// Finds the signature that holds for these arguments: work->first_op and work->op_count.
__noinline int choose_signature(struct work *work, __u32 index) {
  if (!work || index >= SR_PLAN_COUNT) return 0;
  const volatile struct sr_plan *plan = &plans[index];
  work->first_op = plan->signature.first_op;
  work->op_count = plan->signature.op_count;
  work->fds = plan->signature.fds;
  for (int i = 0; i < SR_MAX_PATTERNS; ++i) {
    if (i >= plan->pattern_count) break;
    const __u32 selector = plan->patterns[i].selector, selector2 = plan->patterns[i].selector2;
    struct sr_variant_key key = {.plan = index, .pattern = i};
    key.key = (__u32)work->args[selector < 6 ? selector : 0] & plan->patterns[i].mask;
    key.key2 = selector2 < 6 ? (__u32)work->args[selector2] : 0;
    const struct sr_signature *found = bpf_map_lookup_elem(&variants, &key);
    if (!found) continue;
    work->first_op = found->first_op;
    work->op_count = found->op_count;
    work->fds = found->fds;
    break;
  }
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_
