// The ring of one CPU: reserve room for a record, write it in place, publish it. One producer, preemption is off.
#ifndef SYSREEL_RECORDER_EBPF_RING_BPF_H_
#define SYSREEL_RECORDER_EBPF_RING_BPF_H_

#include "recorder/ebpf/state.bpf.h"

// One entry a CPU: control page, data, pad. Sizes are set at load.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __uint(key_size, 4);
  __uint(value_size, SR_CONTROL_SIZE + SR_RING_MIN + SR_RING_PAD);
} rings SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} events SEC(".maps");

// A CPU that came online after the load has no ring.
__u64 lost_without_ring = 0;

static __always_inline void *ring_of(__u32 cpu) { return bpf_map_lookup_elem(&rings, &cpu); }

static __always_inline void count_loss(struct sr_ring_control *control, __u32 cause, __u64 now) {
  if (!control->first_lost) control->first_lost = now;
  control->last_lost = now;
  control->lost[cause & 3]++;
}

// Whether the ring has room for the largest record.
static __always_inline bool has_room(const struct sr_ring_control *control) {
  return control->head - *(const volatile __u64 *)&control->tail <= ring_mask + 1 - SR_RECORD_MAX;
}

// Makes the record visible. On x86 stores are seen in order.
static __always_inline void publish(struct sr_ring_control *control, __u64 head, __u32 size) {
  asm volatile("" ::: "memory");
  *(volatile __u64 *)&control->head = head + size;
  // The recorder looks every 50 ms; a quarter written since the last wake is reason to hurry.
  if (unlikely((head ^ (head + size)) & ~wake_mask)) {
    void *wake = bpf_ringbuf_reserve(&events, 8, 0);
    if (wake) {
      *(__u64 *)wake = SR_EVENT_WAKE;
      bpf_ringbuf_discard(wake, BPF_RB_FORCE_WAKEUP);
    }
  }
}

#endif  // SYSREEL_RECORDER_EBPF_RING_BPF_H_
