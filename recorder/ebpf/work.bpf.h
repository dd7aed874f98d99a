// The record being written, and what is kept on the way: how much of it there is, and where the walks over pointers stand.
#ifndef SYSREEL_RECORDER_EBPF_WORK_BPF_H_
#define SYSREEL_RECORDER_EBPF_WORK_BPF_H_

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
  __u32 first_op, op_count;
  __u64 left;         // of the result, for the copies that share it
  __u64 sp;           // stack pointer at entry
  __u8 phase;         // of the blocks now copied
  __u8 at_exit;
  __u8 late;          // an input was read at exit
  __u8 netlink;       // argument 0: 0 not yet known, 1 no, 2 yes
  __u8 too_large;
  __u8 failed;        // the call's result is an error
  __u8 word;          // bytes of an address in the caller's ABI
  __u8 fds;           // of the signature
  __u8 facts;         // sr_fd appended so far
  __u8 path;          // SR_PATH_* of the names copied last
  __u32 names_at, names_length;        // where they lie
  __u64 climb_dentry, climb_mount;     // how far the climb to the root has come
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
  work->sp = 0;
  work->fds = SR_FDS_NONE;
  work->facts = 0;
  work->word = 8;
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

#endif  // SYSREEL_RECORDER_EBPF_WORK_BPF_H_
