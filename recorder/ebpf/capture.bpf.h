// The interpreter of the capture plan: follows pointers as the rows say and appends blocks to the record being written.
//
// Functions are global where they can be, so that the verifier looks at each once.
#ifndef SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_
#define SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_

#include "recorder/ebpf/ring.bpf.h"

// Where in a block's elements and their pointers a walk stands.
struct walk {
  __u32 element;   // begin of the element, from the record's
  __u32 end;       // of the block's data
  __u32 stride;
  __u32 first, children, child;
  __u32 one;       // there is only one element
};

// The record being written. It lies in the control page of the CPU's ring: the stack is too small for nested pointers.
struct work {
  __u64 args[6];
  __s64 result;
  __u32 cpu;
  __u32 offset;       // of the record in the ring's value
  __u32 cursor;       // bytes of the record so far
  __u32 blocks;
  __u32 block_at;     // data of the block copied last, from the record's begin; 0: none
  __u32 block_length;
  __u32 block_end;
  __u32 lengths;      // a value-result length at entry
  __u32 first_op, op_count, signature_flags;
  __u64 left;         // of the result, for the copies that share it
  __u8 phase;         // of the blocks now copied
  __u8 at_exit;
  __u8 late;          // an input was read at exit
  __u8 netlink;       // argument 0: 0 not yet known, 1 no, 2 yes
  __u8 too_large;
  __u8 failed;        // the call's result is an error
  struct walk walks[2];
};

enum { WORK_AT = 1024 };
_Static_assert(WORK_AT + sizeof(struct work) <= SR_CONTROL_SIZE, "the work must fit into the control page");

// Begins a record at the head of the ring.
static __always_inline struct work *begin_work(struct sr_ring_control *control, __u32 cpu, __u64 head) {
  struct work *work = (void *)control + WORK_AT;
  work->result = 0;
  work->cpu = cpu;
  work->offset = head & ring_mask;
  work->cursor = sizeof(struct sr_record);
  work->blocks = 0;
  work->block_at = 0;
  work->block_end = SR_END_WHOLE;
  work->lengths = 0;
  work->left = 0;
  work->signature_flags = 0;
  work->phase = SR_PHASE_ENTRY;
  work->at_exit = 0;
  work->failed = 0;
  work->late = 0;
  work->netlink = 0;
  work->too_large = 0;
  return work;
}

// Bytes at `at` of the record, or NULL. The bound leaves room for one access of `size`.
static __always_inline void *record_at(struct work *work, __u32 at) {
  char *ring = ring_of(work->cpu);
  __u64 offset = work->offset;
  __u64 from = at;
  if (!ring) return 0;
  offset &= ring_mask;
  barrier_var(offset);
  if (offset > ring_mask) return 0;
  if (from >= SR_RECORD_MAX) return 0;
  return ring + SR_CONTROL_SIZE + offset + from;
}

static __always_inline __u64 load_field(const void *from, __u32 width) {
  if (width == 8) return *(const __u64 *)from;
  if (width == 4) return *(const __u32 *)from;
  if (width == 2) return *(const __u16 *)from;
  return *(const __u8 *)from;
}

// An argument, or a field of the element that begins at `element` of the record.
static __always_inline __u64 operand_of(struct work *work, __u32 operand, __u32 width, bool in_element, __u32 element) {
  if (in_element) {
    const void *field = record_at(work, element + operand);
    return field ? load_field(field, width) : 0;
  }
  const __u64 value = work->args[operand < 6 ? operand : 0];
  return width == 4 ? (__u32)value : value;
}

// One of the numbers that bound a copy.
struct bound {
  __u32 from, operand, width, constant;
  bool in_element;
};

static __always_inline __u64 count_by(struct work *work, const struct bound *bound, const volatile struct sr_op *op,
                                      __u32 element, __u64 address) {
  if (bound->from == SR_COUNT_CONSTANT) return bound->constant;
  if (bound->from == SR_COUNT_NONE) return ~0ull;
  if (bound->from == SR_COUNT_RESULT) return work->left;
  __u32 length = 0;
  if (bound->from == SR_COUNT_OWN_SIZE) {
    if (bpf_probe_read_user(&length, sizeof length, (void *)(address + bound->operand))) return op->stride;
    return length;
  }
  const __u64 value = operand_of(work, bound->operand, bound->width, bound->in_element, element);
  if (bound->from == SR_COUNT_OPERAND) return value;
  if (bound->from == SR_COUNT_PAGES) return value / 4096 + (value % 4096 != 0);
  if (bound->from == SR_COUNT_BITS) {
    const __u32 shift = op->abi_word == 4 ? 5 : 6;
    return ((value >> shift) + ((value & ((1 << shift) - 1)) != 0)) << (shift - 3);
  }
  if (!value || bpf_probe_read_user(&length, sizeof length, (void *)value)) return 0;
  return work->phase == SR_PHASE_EXIT && work->lengths < length ? work->lengths : length;
}

// Whether argument 0 is a netlink socket, whose messages are kept whole.
static __noinline bool is_netlink(__u64 fd) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  struct file *file = 0;
  if (!table || fd >= BPF_CORE_READ(table, max_fds)) return false;
  struct file **array = BPF_CORE_READ(table, fd);
  if (bpf_probe_read_kernel(&file, sizeof file, &array[fd]) || !file) return false;
  if ((BPF_CORE_READ(file, f_inode, i_mode) & 0170000) != 0140000) return false;
  struct socket *socket = BPF_CORE_READ(file, private_data);
  return socket && BPF_CORE_READ(socket, sk, __sk_common.skc_family) == AF_NETLINK;
}

// Reads what can be read of `length` bytes, page by page; returns how much that was.
__noinline int read_pages(struct work *work, __u32 at, __u64 address, __u32 length) {
  if (!work) return 0;
  __u32 done = 0;
  for (int page = 0; page < SR_RECORD_MAX / 4096 + 1; ++page) {
    __u64 step = 4096 - ((address + done) & 4095);
    if (done >= length) break;
    if (step > length - done) step = length - done;
    barrier_var(step);
    if (step > 4096) step = 4096;
    void *to = record_at(work, at + done);
    if (!to || bpf_probe_read_user(to, step, (void *)(address + done))) break;
    done += step;
  }
  return done;
}

// Copies one block and notes where its data lies. Returns its length, -1 if there is nothing to copy.
// Of a string the count bounds the bytes, its NUL included.
__noinline int copy_block(struct work *work, __u32 number, __u64 address, __u32 element) {
  if (!work || number >= SR_OP_COUNT) return -1;
  work->block_at = 0;
  work->block_length = 0;
  const volatile struct sr_op *op = &ops[number];
  const __u32 flags = op->flags;
  struct bound bound = {op->count_from, op->count_operand, op->count_width, op->count, flags & SR_OP_COUNT_IN_ELEMENT};
  __u64 count = count_by(work, &bound, op, element, address);
  if (op->count2_from != SR_COUNT_NONE) {
    bound.from = op->count2_from;
    bound.operand = op->count2_operand;
    bound.width = op->count2_width;
    bound.constant = op->count2;
    bound.in_element = flags & SR_OP_COUNT2_IN_ELEMENT;
    const __u64 second = count_by(work, &bound, op, element, address);
    if (second < count) count = second;
  }
  if (flags & SR_OP_USES_RESULT) work->left -= count < work->left ? count : work->left;
  if (count > 0xffffffff) count = 0xffffffff;
  __u64 wanted = count * op->unit;
  if (wanted > 0xffffffff) wanted = 0xffffffff;
  if (!wanted) return -1;

  __u64 limit = op->limit;
  if (flags & SR_OP_MESSAGE) {
    if (!work->netlink) work->netlink = is_netlink((__u32)work->args[0]) ? 2 : 1;
    if (work->netlink == 2) limit = SR_RECORD_MAX;
  }
  __u32 cursor = work->cursor;
  if (cursor + sizeof(struct sr_block) + 16 > SR_RECORD_MAX) {
    work->too_large = 1;
    return -1;
  }
  const __u32 room = SR_RECORD_MAX - cursor - sizeof(struct sr_block) - 8;
  if (limit > room) limit = room;

  struct sr_block *block = record_at(work, cursor);
  void *data = record_at(work, cursor + sizeof *block);
  if (!block || !data) return -1;
  __u32 end = SR_END_WHOLE;
  __s64 length;
  if (op->extent == SR_EXTENT_STRING) {
    // A string that has no NUL within the limit goes on behind it: one byte more is room for the NUL that the helper puts.
    if (limit > wanted) limit = wanted;
    __u64 size = limit + 1;
    barrier_var(size);
    if (size > SR_RECORD_MAX) size = SR_RECORD_MAX;
    length = bpf_probe_read_user_str(data, size, (void *)address);
    wanted = limit;
    if (length < 0) {
      __u64 page = 4096 - (address & 4095);
      if (page > limit) page = limit;
      length = read_pages(work, cursor + sizeof *block, address, page);
      end = SR_END_FAULT;
    } else if (length > limit) {
      length = limit;
      end = SR_END_LIMIT;
    }
  } else {
    __u64 size = wanted;
    if (size > limit) {
      size = limit;
      end = SR_END_LIMIT;
    }
    barrier_var(size);
    if (size > SR_RECORD_MAX) size = SR_RECORD_MAX;
    length = size;
    if (bpf_probe_read_user(data, size, (void *)address)) {
      length = read_pages(work, cursor + sizeof *block, address, size);
      end = SR_END_FAULT;
    }
  }
  block->address = address;
  block->wanted = wanted;
  block->length = length;
  block->phase = work->phase;
  block->end = end;
  work->block_at = cursor + sizeof *block;
  work->block_length = length;
  work->block_end = end;
  work->cursor = cursor + sizeof *block + ((length + 7) & ~7);
  work->blocks++;
  return length;
}

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
  const __u64 address = work->args[argument < 6 ? argument : 0];
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
  work->signature_flags = plan->signature.flags;
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
    work->signature_flags = found->flags;
    break;
  }
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_CAPTURE_BPF_H_
