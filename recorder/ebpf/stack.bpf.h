// User stacks, which stand at the end of a record.
#ifndef SYSREEL_RECORDER_EBPF_STACK_BPF_H_
#define SYSREEL_RECORDER_EBPF_STACK_BPF_H_

#include "recorder/ebpf/work.bpf.h"

enum { STACK_DEPTH = 127 };

// Appends the user return addresses of the current task; returns how many.
static __always_inline __u32 append_stack(struct work *work, void *ctx) {
  const __u32 cursor = work->cursor;
  if (cursor + 8 * STACK_DEPTH > SR_RECORD_MAX) return 0;
  void *to = record_at(work, cursor);
  if (!to) return 0;
  const long length = bpf_get_stack(ctx, to, 8 * STACK_DEPTH, BPF_F_USER_STACK);
  if (length <= 0) return 0;
  work->cursor = cursor + length;
  return length / 8;
}

#endif  // SYSREEL_RECORDER_EBPF_STACK_BPF_H_
