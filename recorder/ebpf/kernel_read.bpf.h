// Reads structures of the kernel by plain loads where it lets us, else by a call into it, which costs ten times as much.
#ifndef SYSREEL_RECORDER_EBPF_KERNEL_READ_BPF_H_
#define SYSREEL_RECORDER_EBPF_KERNEL_READ_BPF_H_

#include "recorder/ebpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

// A number becomes a pointer that may be read, at no cost; since Linux 6.2. A load that faults gives zeros.
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

static __always_inline bool has_cast(void) {
  const struct mm_struct *mm = 0;
  return bpf_core_field_exists(mm->rss_stat[0].count);  // came with the same version
}

// A field of `struct type` at `pointer`, which may be a number.
#define KERNEL_FIELD(type, pointer, field)                                                                                \
  (has_cast() ? ((const struct type *)bpf_rdonly_cast((const void *)(pointer), bpf_core_type_id_kernel(struct type)))->field \
              : BPF_CORE_READ((const struct type *)(pointer), field))

#endif  // SYSREEL_RECORDER_EBPF_KERNEL_READ_BPF_H_
