// Copies one range of the tracee's memory into the record: how long it is, and where it ends.
#ifndef SYSREEL_RECORDER_EBPF_BLOCK_BPF_H_
#define SYSREEL_RECORDER_EBPF_BLOCK_BPF_H_

#include "recorder/ebpf/file.bpf.h"
#include "recorder/ebpf/work.bpf.h"

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
  if (bound->from == SR_COUNT_IOCTL_SIZE) return value >> 16 & 0x3fff;
  if (bound->from == SR_COUNT_BITS) {
    const __u32 shift = op->abi_word == 4 ? 5 : 6;
    return ((value >> shift) + ((value & ((1 << shift) - 1)) != 0)) << (shift - 3);
  }
  if (!value || bpf_probe_read_user(&length, sizeof length, (void *)value)) return 0;
  return work->phase == SR_PHASE_EXIT && work->lengths < length ? work->lengths : length;
}

// Whether argument 0 is a netlink socket, whose messages are kept whole.
static __noinline bool is_netlink(__u32 fd) {
  struct file *file = file_of(fd);
  struct socket *socket = file ? socket_of(file) : 0;
  return socket && BPF_CORE_READ(socket, sk, __sk_common.skc_family) == AF_NETLINK;
}

// Reads what can be read of `left` bytes, page by page; returns how many are left. Five variables and no more: the calls from
// a system call's exit down to here share 512 bytes of stack, in steps of 32.
__noinline int read_pages(struct work *work, __u32 at, __u64 address, __u32 left) {
  if (!work) return left;
  for (int page = 0; page < SR_RECORD_MAX / 4096 + 1; ++page) {
    __u64 step = 4096 - (address & 4095);
    if (!left) break;
    if (step > left) step = left;
    barrier_var(step);
    if (step > 4096) step = 4096;
    void *to = record_at(work, at);
    if (!to || bpf_probe_read_user(to, step, (void *)address)) break;
    at += step;
    address += step;
    left -= step;
  }
  return left;
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
  const __u32 head = op->head;
  __u64 wanted = count * op->unit + head;
  if (wanted > 0xffffffff) wanted = 0xffffffff;
  if (!wanted) return -1;

  __u64 limit = (__u64)op->limit + head;
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
      length = page - read_pages(work, cursor + sizeof *block, address, page);
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
      length = size - read_pages(work, cursor + sizeof *block, address, size);
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

#endif  // SYSREEL_RECORDER_EBPF_BLOCK_BPF_H_
