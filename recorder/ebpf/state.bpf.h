// What the programs keep: the state of each traced task, the compiled plan, and the constants chosen at load.
#ifndef SYSREEL_RECORDER_EBPF_STATE_BPF_H_
#define SYSREEL_RECORDER_EBPF_STATE_BPF_H_

#define __BPF__ 1
#include "recorder/ebpf/kernel_types.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "recorder/ebpf/record.h"

// barrier_var hides a value from the compiler, so that the register that was checked is the one that is used
// (clang 14 may use a copy).
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// Values of format/event.h and format/ids.h.
enum { CALL_START_UNKNOWN = 1 << 1, CALL_NO_ENTRY = 1 << 2, CALL_NO_RESULT = 1 << 3, CALL_HIDDEN = 1 << 4,
       CALL_NO_DURATION = 1 << 5, CALL_LATE_INPUT = 1 << 6, CALL_BY_SIGRETURN = 1 << 7 };
enum { ABI_X86_64 = 0, ABI_I386 = 1, ABI_X32 = 2 };
enum { ORIGIN_LAUNCHED = 0, ORIGIN_ATTACHED = 1, ORIGIN_CREATED = 2 };
enum { STAGE_GENERATED = 0, STAGE_DELIVERED = 1, STAGE_IGNORED = 2 };

// Where a task stands between its entry and its exit.
enum {
  FOUND = 0,       // was there before: nothing was seen of it yet, and it may be in a call
  IDLE,            // in user mode; an exit now had no entry
  IN_CALL,
  SKIPPED,         // in a call that nobody wants
  FRESH_CHILD,     // its first exit belongs to no call
};

// How far a launched command is on its way to its first successful execve, before which only its execves are recorded.
enum launching { LAUNCHED = 0, HELD = 1, TRYING = 2, EXECUTING = 3 };

// Both the program that sees a task born and the iterator that looks for tasks to attach may find one, and both the program that sees
// it end and the iterator may see its end: each step is taken by one of them.
enum life { UNKNOWN = 0, BEING_MARKED, MARKED, ENDED };

// Only the task itself writes here: whoever finds a task may look at it while it runs, and sets but `found` and `launching`.
// What every call needs stands first.
struct task_state {
  __u8 phase;
  __u8 launching;     // enum launching
  __u8 entry_part;    // an entry record was published for this call
  __u8 retry;         // operations of the entry that failed, by number: tried again at exit
  __u16 ignored;      // number of a signal that was sent and ignored during this call; 0: none
  __s32 nr;
  __u32 plan;
  __u32 abi;
  struct sr_quick quick;
  __u32 pid, tid;     // as the recorder's pid namespace shows them
  __u64 start;
  __u64 since;        // see clock.bpf.h; without durations a count of calls
  __u64 runtime;
  __u64 task;         // whose state it is: a pointer

  __u32 lengths;      // a value-result length as it was at entry
  __u32 next_tid;     // after an exec by a non-leader: the tid from now on
  __u64 args[6];      // kept where SR_SAVE_ARGS
  __u64 ip;
  __u64 found;        // when it was found; 0: it began under our eyes
  __u16 fatal;        // number of the signal that ends its process; 0: none
  __u8 siginfo[SR_SIGINFO];  // of either signal
  __u32 random;       // the last number drawn, where calls are only counted
  __u8 weight;        // for how many calls this one stands, where calls are only counted
  __u8 exec_passes;   // the path of its execve passes the filter
  __u8 owns;          // its slot: see nearby.bpf.h
  __u16 slot;
  __u64 life;         // enum life; in the task's storage only
  __u64 share;        // of the entry of that slot
};

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct task_state);
} tasks SEC(".maps");

// Thread groups being attached: threads they create are marked although their creator is not yet.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, __u32);
} attaching SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct sr_variant_key);
  __type(value, struct sr_signature);
} variants SEC(".maps");

// Constants, fixed when the programs are loaded: what is switched off costs nothing.
const volatile __u64 ring_mask = SR_RING_MIN - 1;
const volatile __u64 wake_mask = SR_RING_MIN / 4 - 1;
const volatile bool with_durations = true;
const volatile bool with_entries = false;  // an entry record for each call
const volatile bool with_stacks = false;
const volatile bool with_crash_stack = false;
const volatile bool judging = false;      // `failed_only` or `filters`, known by one load
const volatile bool failed_only = false;
const volatile bool filters = false;      // `filter` holds something
const volatile struct sr_filter filter = {};
const volatile struct sr_joining joining = {};
const volatile bool strict_filter = false;
const volatile bool follow_forks = false;
const volatile bool follow_threads = true;
const volatile struct sr_plan plans[SR_PLAN_COUNT] = {};
const volatile struct sr_op ops[SR_OP_COUNT] = {};
const volatile struct sr_quick_op quick_ops[SR_QUICK_COUNT] = {};

// Shared with the recorder while running.
__u32 ns_level = 0;            // depth of the recorder's pid namespace
__u64 root_dentry = 0;         // the recorder's root, with the mount it lies in: paths begin there, as in /proc
__u64 root_mount = 0;
__u32 attaching_count = 0;     // entries of `attaching`
__u32 stopping = 0;            // 1: record nothing more
__s64 live_tasks = 0;
__u64 lost_events[SR_LOST_COUNT] = {};
__u32 mark_tgid = 0;           // whom the iterator marks: a thread group of the recorder's namespace
__u32 mark_launching = 0;

// The number of an id in the recorder's pid namespace; 0 where it has none there. The pointer must be one that was read, not one
// that the verifier knows: verifiers before Linux 6.2 let no unbounded number be added to those.
static __always_inline __u32 number_in_namespace(struct pid *pid) {
  const __u32 level = ns_level;
  if (!pid || BPF_CORE_READ(pid, level) < level) return 0;
  int number = 0;
  const char *entry = (const char *)__builtin_preserve_access_index(&pid->numbers[0]);
  bpf_probe_read_kernel(&number, sizeof number, entry + (__u64)level * bpf_core_type_size(struct upid));
  return number;
}

static __always_inline __u32 id_in_namespace(struct task_struct *task) {
  return ns_level == 0 ? task->pid : number_in_namespace(BPF_CORE_READ(task, thread_pid));
}

static __always_inline bool is_compat(struct task_struct *task) { return task->thread_info.status & TS_COMPAT; }

// The place of a call in `plans`.
static __always_inline __u32 plan_of(long nr, bool compat) {
  if ((__u64)nr >= SR_ABI_SLOTS) return SR_PLAN_UNKNOWN;
  return compat ? SR_ABI_SLOTS + (__u32)nr : (__u32)nr;
}

#endif  // SYSREEL_RECORDER_EBPF_STATE_BPF_H_
