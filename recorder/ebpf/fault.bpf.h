// What only deaths need: registers, code and stack at a fault, who sent a signal, and whom the OOM killer chose.
#ifndef SYSREEL_RECORDER_EBPF_FAULT_BPF_H_
#define SYSREEL_RECORDER_EBPF_FAULT_BPF_H_

#include "recorder/ebpf/ring.bpf.h"

enum {
  AUXV_ENTRIES = 12,
  AT_PHDR = 3,
  AT_BASE = 7
};  // uapi linux/auxvec.h; of the first entries, as load_elf_binary writes them

static __always_inline void fill_event(struct sr_event* event, __u32 kind, const struct task_state* state) {
  __builtin_memset(event, 0, sizeof *event);
  event->kind = kind;
  event->time = bpf_ktime_get_ns();
  event->pid = state->pid;
  event->tid = state->tid;
  event->abi = state->abi;
}

// Signals that an instruction causes, or abort(3).
static __always_inline bool is_fault(int signal) {
  const __u64 faults =
      1u << SIGILL | 1u << SIGTRAP | 1u << SIGABRT | 1u << SIGBUS | 1u << SIGFPE | 1u << SIGSEGV | 1u << SIGSYS;
  return signal > 0 && signal < 32 && (faults >> signal & 1);
}

// Who sends, and by which call: cgroup.kill is a write, and at the end of a pid namespace its init exits.
static __always_inline void sender_into(struct sr_event* event, struct task_struct* sender) {
  const struct pt_regs* regs = (const struct pt_regs*)bpf_task_pt_regs(sender);
  bpf_get_current_comm(event->sender, sizeof event->sender);
  event->sender_call = sender->thread_info.status & TS_COMPAT ? -1 : (__s32)regs->orig_ax;
}

// Copies from the stack pointer on, piece by piece, until the stack ends or a page is not there.
static __always_inline __u32 crash_stack_into(__u8* memory, __u64 sp) {
  __u32 length = 0;
  for (int i = 0; i < SR_CRASH_STACK / SR_CRASH_PIECE; ++i) {
    if (bpf_probe_read_user(memory + i * SR_CRASH_PIECE, SR_CRASH_PIECE, (const void*)(sp + i * SR_CRASH_PIECE))) break;
    length = (i + 1) * SR_CRASH_PIECE;
  }
  return length;
}

static __always_inline void fault_into(struct sr_fault* fault, void* ctx, struct task_struct* task) {
  const struct pt_regs* regs = (const struct pt_regs*)bpf_task_pt_regs(task);
  fault->stack_memory = 0;
  bpf_probe_read_kernel(fault->registers, sizeof fault->registers, regs);
  fault->trap = BPF_CORE_READ(task, thread.trap_nr);
  fault->error_code = BPF_CORE_READ(task, thread.error_code);
  fault->address = BPF_CORE_READ(task, thread.cr2);
  const __u64 ip = regs->ip;
  fault->code_address = ip - SR_CODE_BEFORE;
  fault->code_length = SR_CODE;
  if (bpf_probe_read_user(fault->code, SR_CODE, (const void*)fault->code_address)) {
    // The instruction stands at a border of what is mapped, or nowhere.
    fault->code_address = ip;
    fault->code_length = bpf_probe_read_user(fault->code, 16, (const void*)ip) ? 0 : 16;
  }
  const long bytes = bpf_get_stack(ctx, fault->stack, sizeof fault->stack, BPF_F_USER_STACK);
  fault->depth = bytes > 0 ? bytes / sizeof fault->stack[0] : 0;
  const long frames = bpf_get_stack(ctx, fault->frames, sizeof fault->frames, BPF_F_USER_STACK | BPF_F_USER_BUILD_ID);
  fault->frame_count = frames > 0 ? frames / sizeof fault->frames[0] : 0;
}

struct fault_event {
  struct sr_event event;
  struct sr_fault fault;
};

struct fault_event_with_stack {
  struct sr_event event;
  struct sr_fault fault;
  __u8 memory[SR_CRASH_STACK];
};

// A delivered signal with everything that explains it; the caller adds what any signal has.
static __always_inline struct sr_event* begin_fault(void* ctx, struct task_struct* task, struct task_state* state) {
  if (with_crash_stack) {
    struct fault_event_with_stack* whole = bpf_ringbuf_reserve(&events, sizeof *whole, 0);
    if (whole) {
      fill_event(&whole->event, SR_EVENT_FAULT, state);
      fault_into(&whole->fault, ctx, task);
      whole->fault.stack_memory = crash_stack_into(whole->memory, whole->fault.registers[SR_STACK_POINTER]);
      return &whole->event;
    }
  }
  struct fault_event* whole = bpf_ringbuf_reserve(&events, sizeof *whole, 0);
  if (!whole) {
    __sync_fetch_and_add(&lost_events[SR_LOST_RING_FULL], 1);
    return 0;
  }
  fill_event(&whole->event, SR_EVENT_FAULT, state);
  fault_into(&whole->fault, ctx, task);
  return &whole->event;
}

// Pages of a kind that a process has in memory. The kernel's counters changed their type in 6.2. Only types that every
// kernel has are asked for: for an unknown one libbpf looks through the modules' BTF, which needs CAP_SYS_ADMIN.
static __always_inline __s64 pages_of(struct mm_struct* mm, int kind) {
  const struct mm_struct___before_6_2* old = (const struct mm_struct___before_6_2*)mm;
  if (bpf_core_field_exists(old->rss_stat.count)) {
    switch (kind) {
      case 0:
        return BPF_CORE_READ(old, rss_stat.count[0].counter);
      case 1:
        return BPF_CORE_READ(old, rss_stat.count[1].counter);
      default:
        return BPF_CORE_READ(old, rss_stat.count[3].counter);
    }
  }
  if (!bpf_core_field_exists(mm->rss_stat[0].count)) return -1;
  switch (kind) {
    case 0:
      return BPF_CORE_READ(mm, rss_stat[0].count);
    case 1:
      return BPF_CORE_READ(mm, rss_stat[1].count);
    default:
      return BPF_CORE_READ(mm, rss_stat[3].count);
  }
}

// Where the program that a task has just begun to execute lies.
static __always_inline void emit_layout(struct task_struct* task, const struct task_state* state) {
  struct {
    struct sr_event event;
    struct sr_layout layout;
  }* whole = bpf_ringbuf_reserve(&events, sizeof *whole, 0);
  if (!whole) {
    __sync_fetch_and_add(&lost_events[SR_LOST_RING_FULL], 1);
    return;
  }
  fill_event(&whole->event, SR_EVENT_LAYOUT, state);
  whole->event.tid = state->pid;
  struct mm_struct* mm = BPF_CORE_READ(task, mm);
  struct sr_layout* layout = &whole->layout;
  layout->start_code = BPF_CORE_READ(mm, start_code);
  layout->end_code = BPF_CORE_READ(mm, end_code);
  layout->start_data = BPF_CORE_READ(mm, start_data);
  layout->end_data = BPF_CORE_READ(mm, end_data);
  layout->start_brk = BPF_CORE_READ(mm, start_brk);
  layout->brk = BPF_CORE_READ(mm, brk);
  layout->start_stack = BPF_CORE_READ(mm, start_stack);
  layout->headers = layout->loader = 0;
  const char* entries = (const char*)mm + bpf_core_field_offset(mm->saved_auxv);
  for (int i = 0; i < AUXV_ENTRIES; ++i) {
    __u64 entry[2] = {};
    bpf_probe_read_kernel(entry, sizeof entry, entries + i * sizeof entry);
    if (entry[0] == AT_PHDR) layout->headers = entry[1];
    if (entry[0] == AT_BASE) layout->loader = entry[1];
  }
  bpf_ringbuf_submit(whole, BPF_RB_NO_WAKEUP);
}

// The OOM killer has chosen. Until 6.8 the tracepoint names a pid, since then the task.
SEC("raw_tp/mark_victim")
int on_mark_victim(struct bpf_raw_tracepoint_args* ctx) {
  const __u64 largest_pid = 1 << 22;
  const __u64 who = ctx->args[0];
  if (stopping) return 0;
  struct {
    struct sr_event event;
    struct sr_victim victim;
  }* mark = bpf_ringbuf_reserve(&events, sizeof *mark, 0);
  if (!mark) {
    __sync_fetch_and_add(&lost_events[SR_LOST_RING_FULL], 1);
    return 0;
  }
  __builtin_memset(mark, 0, sizeof *mark);
  mark->event.kind = SR_EVENT_VICTIM;
  mark->event.time = bpf_ktime_get_ns();
  mark->event.length = sizeof mark->victim;
  if (who <= largest_pid) {
    mark->event.pid = who;
    mark->victim.total = mark->victim.anonymous = mark->victim.file = mark->victim.shared = -1;
    mark->victim.page_tables = -1;
  } else {
    struct task_struct* task = (struct task_struct*)who;
    struct mm_struct* mm = BPF_CORE_READ(task, mm);
    mark->event.pid =
        ns_level == 0 ? BPF_CORE_READ(task, tgid) : number_in_namespace(BPF_CORE_READ(task, group_leader, thread_pid));
    mark->victim.total = BPF_CORE_READ(mm, total_vm);
    mark->victim.file = pages_of(mm, 0);
    mark->victim.anonymous = pages_of(mm, 1);
    mark->victim.shared = pages_of(mm, 3);
    mark->victim.page_tables = BPF_CORE_READ(mm, pgtables_bytes.counter);
    mark->victim.score_adjustment = BPF_CORE_READ(task, signal, oom_score_adj);
  }
  mark->event.tid = mark->event.pid;
  bpf_ringbuf_submit(mark, BPF_RB_NO_WAKEUP);
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_FAULT_BPF_H_
