// Decides at the exit of a call whether it is recorded. What is not asked for is no code: the filter is a constant.
#ifndef SYSREEL_RECORDER_EBPF_FILTER_BPF_H_
#define SYSREEL_RECORDER_EBPF_FILTER_BPF_H_

#include "recorder/ebpf/ring.bpf.h"

// How often each call was seen, where only some are kept.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} seen SEC(".maps");

enum { PATH_AT = 2048 };  // in the control page: the path that is compared
_Static_assert(PATH_AT + SR_FILTER_PATH <= SR_CONTROL_SIZE, "the path must fit into the control page");

// Where a path is put to be compared.
static __always_inline __u64 *path_room(void) {
  char *control = ring_of(bpf_get_smp_processor_id());
  return control ? (__u64 *)(control + PATH_AT) : 0;
}

static __always_inline bool begins_as_wanted(const __u64 *text) {
  for (int which = 0; which < SR_FILTER_PATHS; ++which) {
    if (which >= filter.path_count) break;
    __u64 difference = 0;
    for (int word = 0; word < SR_FILTER_PATH / 8; ++word) {
      difference |= (text[word] ^ filter.paths[which].text[word]) & filter.paths[which].mask[word];
    }
    if (!difference) return true;
  }
  return false;
}

// Whether one of the paths that the call names begins as the filter wants.
static __noinline bool path_passes(const __u64 *args, __u32 paths) {
  __u64 *text = path_room();
  if (!text) return false;
  for (int i = 0; i < 6; ++i) {
    if (!(paths >> i & 1)) continue;
    if (bpf_probe_read_user_str(text, SR_FILTER_PATH, (void *)args[i]) >= 0 && begins_as_wanted(text)) return true;
  }
  return false;
}

// The same for the path of an execve, which the kernel has.
static __noinline bool exec_passes(const char *path) {
  __u64 *text = path_room();
  return text && bpf_probe_read_kernel_str(text, SR_FILTER_PATH, path) >= 0 && begins_as_wanted(text);
}

static __always_inline bool fd_passes(const __u64 *args, __u32 fds) {
  for (int i = 0; i < 6; ++i) {
    const __u32 fd = args[i];
    __u32 word = fd / 64;
    barrier_var(word);
    if (fds >> i & 1 && word < SR_FILTER_FDS / 64 && filter.fds[word] >> (fd & 63) & 1) return true;
  }
  return false;
}

static __always_inline bool caller_passes(const struct task_struct *task) {
  if (filter.by_uid && (__u32)bpf_get_current_uid_gid() != filter.uid) return false;
  if (filter.by_comm) {
    const __u64 *comm = (const __u64 *)task->comm;
    if (comm[0] != filter.comm[0] || comm[1] != filter.comm[1]) return false;
  }
  return !filter.cgroup || bpf_get_current_ancestor_cgroup_id(filter.cgroup_level) == filter.cgroup;
}

static __always_inline bool result_passes(long result) {
  if (!filter.by_errno) return true;
  const __u64 error = -result;
  __u64 word = error / 64;
  barrier_var(word);
  return word < SR_FILTER_ERRNOS / 64 && filter.errnos[word] >> (error & 63) & 1;
}

// Whether this call is the one of its kind whose turn it is.
static __always_inline bool drawn(__u32 plan) {
  __u32 *count = bpf_map_lookup_elem(&seen, &plan);
  return count && (*count)++ % filter.sample == 0;
}

// What depends neither on the clock nor on a path.
static __always_inline bool passes(const struct task_struct *task, const __u64 *args, long result, __u32 plan) {
  if (plan >= SR_PLAN_COUNT) return false;
  if (!result_passes(result) || !caller_passes(task)) return false;
  return !filter.by_fd || fd_passes(args, plans[plan].fd_args);
}

#endif  // SYSREEL_RECORDER_EBPF_FILTER_BPF_H_
