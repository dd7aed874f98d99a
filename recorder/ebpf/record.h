// What the BPF programs and the recorder say to each other: records of the rings, events of the shared ring buffer, the
// compiled capture plan and the state of a task. Plain C, included by both sides; sizes are asserted below.
#ifndef SYSREEL_RECORDER_EBPF_RECORD_H_
#define SYSREEL_RECORDER_EBPF_RECORD_H_

#ifndef __BPF__
#include <linux/types.h>
#endif

// --- the capture plan: rows of format/abi, flattened (see bpf_plan.h) ------------------------------------------------------

enum {
  SR_ABI_SLOTS = 512,                     // call numbers kept for each ABI
  SR_PLAN_COUNT = 2 * SR_ABI_SLOTS + 1,   // x86_64, i386, and one plan for every number beyond the tables
  SR_PLAN_UNKNOWN = 2 * SR_ABI_SLOTS,
  SR_OP_COUNT = 8192,
  SR_MAX_OPS = 6,                         // of one signature: one an argument
  SR_MAX_POINTERS = 1024,                 // in one array, followed at most
  SR_QUICK_COUNT = 2048,                  // operations of all quick plans
  SR_QUICK_OPS = 3,                       // of one
  SR_QUICK_LIMIT = 4096,                  // bytes that one of them copies at most
  SR_MAX_PATTERNS = 4,                    // ways in which the variants of one call are selected
};

// What is special about a call.
enum {
  SR_WANTED = 1 << 0,        // inside the filter
  SR_HIDDEN = 1 << 1,        // outside, but kept because it changes fds, mappings or tasks
  SR_AT_ENTRY = 1 << 2,      // something must be copied at entry, or the arguments kept
  SR_SAVE_ARGS = 1 << 3,     // the registers do not survive the call (execve, rt_sigreturn)
  SR_NO_RETURN = 1 << 4,     // exit, exit_group: recorded at entry
  SR_EXEC = 1 << 5,
  SR_SIGRETURN = 1 << 6,
  SR_CLONE_FLAGS = 1 << 7,   // argument 0 is clone's flags
  SR_CLONE3 = 1 << 8,        // argument 0 points to struct clone_args
  SR_CHANGES = 1 << 9,       // changes fds, mappings or tasks: kept even where only failures are wanted
  SR_ENTRY_IF_THIRD = 1 << 10,  // SR_AT_ENTRY only where argument 2 is not null
  SR_ENTRY_IF_SIXTH = 1 << 11,  // ... argument 5
};

enum { SR_EXTENT_ELEMENTS = 1, SR_EXTENT_STRING = 2, SR_EXTENT_VECTOR = 3 };

// Where a number of elements comes from. Operands are argument numbers, or byte offsets into the element that holds the
// pointer (SR_OP_COUNT_IN_ELEMENT).
enum {
  SR_COUNT_CONSTANT, SR_COUNT_OPERAND, SR_COUNT_BITS, SR_COUNT_PAGES, SR_COUNT_RESULT, SR_COUNT_DEREF, SR_COUNT_OWN_SIZE,
  SR_COUNT_IOCTL_SIZE, SR_COUNT_NONE
};

enum {
  SR_OP_ENTRY = 1 << 0,       // copied by the entry program
  SR_OP_LATE = 1 << 1,        // an input, copied at exit
  SR_OP_OUTPUT = 1 << 2,      // copied at exit if the call succeeded
  SR_OP_ON_FAILURE = 1 << 3,  // ... or failed
  SR_OP_RETRY = 1 << 4,       // an input copied at entry that may be tried again at exit
  SR_OP_WALK = 1 << 5,        // read at exit because of what its pointers lead to ...
  SR_OP_WALK_OUTPUT = 1 << 13,  // ... if the call succeeded
  SR_OP_MESSAGE = 1 << 6,     // `limit` holds for all but netlink sockets
  SR_OP_DEREF = 1 << 7,       // the length that `count_operand` points to is kept at entry, to bound the copy at exit
  SR_OP_POINTERS_ONLY = 1 << 8,       // a vector whose strings are not copied
  SR_OP_COUNT_IN_ELEMENT = 1 << 9,    // `count_operand` is an offset
  SR_OP_COUNT2_IN_ELEMENT = 1 << 10,
  SR_OP_USES_RESULT = 1 << 11,        // takes its share of the result away from the copies that follow
  SR_OP_ONE = 1 << 12,                // one extensible structure: what lies beyond `stride` is no next element
  SR_OP_STACK = 1 << 14,              // at the stack pointer, whatever the argument is
};

// One pointer to follow. Children are the pointers inside each of its elements.
struct sr_op {
  __u16 flags;
  __u8 extent;
  __u8 operand;         // argument number; unused below the first level
  __u8 word;            // bytes of the address
  __u8 abi_word;        // bytes of a long
  __u8 count_from, count_width;
  __u8 count2_from, count2_width;
  __u16 count_operand, count2_operand;
  __u16 field_offset;   // of the address in its element, below the first level
  __u16 first_child, child_count;
  __u16 stride;         // bytes from element to element where there are children
  __u16 string_count;   // strings of a vector that are copied at most
  __u32 unit;           // bytes of an element, as counts count them
  __u32 count, count2;  // where constant
  __u32 limit;          // bytes at most; of a string with its NUL
  __u32 head;           // bytes in front of the elements, which neither count nor limit includes
};

// Of which descriptors a call that did not fail says something new.
enum {
  SR_FDS_NONE,
  SR_FDS_RESULT,    // the one it returns
  SR_FDS_FIRST,     // its first argument's
  SR_FDS_ONE,       // the one written where an argument points to
  SR_FDS_PAIR,      // the two written there
  SR_FDS_MESSAGE,   // those received with the msghdr at argument 1
  SR_FDS_MESSAGES,  // ... with the array of mmsghdr
  SR_FDS_FOLDER,    // the current directory, as descriptor SR_FD_FOLDER
};
enum { SR_FD_FOLDER = -100 };  // AT_FDCWD

// What holds for a call, or for one variant of it.
struct sr_signature {
  __u16 first_op;
  __u8 op_count;
  __u8 fds;  // SR_FDS_*, and the number of the argument << 4
};

struct sr_pattern {
  __u8 selector, selector2;  // argument numbers; selector2 == 0xff: none
  __u16 padding;
  __u32 mask;
};

// The quick way through the exit program: x86_64, at most SR_QUICK_OPS simple operations, all at exit, and nothing special.
enum {
  SR_QUICK_ON_SUCCESS = 1 << 0, SR_QUICK_ON_FAILURE = 1 << 1, SR_QUICK_LATE = 1 << 2,
  SR_QUICK_STRING = 1 << 3,
  SR_QUICK_NARROW = 1 << 4,
  SR_QUICK_MESSAGE = 1 << 5,  // what may be a netlink message, which is kept whole, needs the general way
  SR_QUICK_NULL = 1 << 6,     // not simple: only where it is null is the call quick
  SR_QUICK_BOUNDED = 1 << 7,  // what is longer than `limit` needs the general way
};

// Operands are words of sr_record.
struct sr_quick_op {
  __u8 flags;
  __u8 address;
  __u8 count;            // SR_QUICK_NARROW: its lower half; 0: one
  __u8 most;             // a count above this one needs the general way; 0: none does
  __u16 unit;            // bytes of an element
  __u16 limit;           // bytes at most, of a string without its NUL; more than SR_QUICK_LIMIT need the general way
};

struct sr_quick {
  __u16 first_op;
  __u8 flags;            // CallFlag of each such call
  __u8 kind;             // operations, SR_QUICK_YES, SR_QUICK_FAILED; 0: the call needs the general way
};
enum { SR_QUICK_OPS_MASK = 7, SR_QUICK_YES = 1 << 3, SR_QUICK_FAILED = 1 << 4 };  // the latter: only if it failed, and said nothing of a descriptor

struct sr_plan {
  __u32 flags;
  struct sr_quick quick;
  struct sr_signature signature;  // where no variant matches
  __u8 pattern_count;
  __u8 fd_args, path_args;        // bits of the arguments that are descriptors, or name a path
  __u8 padding;
  struct sr_pattern patterns[SR_MAX_PATTERNS];
};

struct sr_variant_key {
  __u32 plan;
  __u32 pattern;
  __u32 key, key2;
};

// --- the filter, decided at exit -------------------------------------------------------------------------------------------

enum {
  SR_FILTER_ERRNOS = 4096,
  SR_FILTER_FDS = 1024,
  SR_FILTER_PATHS = 4,
  SR_FILTER_PATH = 128,   // bytes of a prefix, compared a word at a time
};

// The beginning of a path: words to compare, and which of their bytes count.
struct sr_prefix {
  __u64 text[SR_FILTER_PATH / 8];
  __u64 mask[SR_FILTER_PATH / 8];
};

struct sr_filter {
  __u64 slower_than;      // ns
  __u64 cgroup;           // id; 0: any
  __s32 cgroup_level;
  __u32 uid;
  __u32 sample;           // keep one in so many calls of a kind
  __u8 by_errno, by_fd, by_uid, by_comm;
  __u32 path_count;
  __u32 padding;
  __u64 comm[2];
  __u64 errnos[SR_FILTER_ERRNOS / 64];
  __u64 fds[SR_FILTER_FDS / 64];
  struct sr_prefix paths[SR_FILTER_PATHS];
};

// --- who joins ---------------------------------------------------------------------------------------------------------------

enum { SR_JOINING = 4 };

// Programs that are recorded from their execve on.
struct sr_joining {
  __u64 comms[SR_JOINING][2];
  __u64 cgroups[SR_JOINING];  // ids
  __s32 cgroup_levels[SR_JOINING];
  __u32 comm_count;
  __u32 cgroup_count;
};

// --- the rings: one for each CPU, written in place -------------------------------------------------------------------------

enum {
  SR_RECORD_MAX = 16384,                   // bytes of a record
  SR_CONTROL_SIZE = 4096,                  // the page in front of a ring's data
  SR_RING_PAD = 2 * SR_RECORD_MAX + 4096,  // behind it: a record begins inside the ring and may end here
  SR_RING_MIN = 65536,
};

// Loss, by cause; the order of LossCause.
enum { SR_LOST_RING_FULL, SR_LOST_NO_STORAGE, SR_LOST_RECURSION, SR_LOST_TOO_LARGE, SR_LOST_COUNT };

// First page of a ring. `head` and the counters are written by its CPU, `tail` by the recorder.
struct sr_ring_control {
  __u64 head;
  __u64 lost[SR_LOST_COUNT];
  __u64 first_lost, last_lost;  // times
  __u64 cut;                    // records in which not everything the plan asks for found room
  __u64 filtered;               // calls of the set that did not pass the filter
  __u8 padding0[128 - 8 * (5 + SR_LOST_COUNT)];
  __u64 tail;
  __u8 padding1[120];
};

enum {
  SR_RECORD_CALL = 1,
  SR_RECORD_ENTRY = 2,       // the part of a call that was copied at its entry
  SR_RECORD_CALL_REST = 3,   // a call whose SR_RECORD_ENTRY, with the same tid and start, came before
};

// One call (or its entry part). Blocks follow, each a header and its bytes padded to 8; then `fd_count` sr_fd; then the
// addresses of the stack. On the quick way its words are read and written whole.
struct sr_record {
  __u32 size;            // of everything, a multiple of 8
  __u8 kind;
  __u8 abi;              // sysreel::Abi
  __u16 flags;           // CallFlag
  __u32 pid, tid;
  __u64 end;             // CLOCK_MONOTONIC; of an entry part: its start
  __u64 start;
  __s64 on_cpu;          // ns inside the call; negative: not measured
  __s64 result;
  __u64 ip;
  __u64 args[6];
  __s32 nr;
  __u16 block_count;
  __u8 fd_count;
  __u8 stack_depth;
};

enum { SR_PHASE_ENTRY = 0, SR_PHASE_EXIT = 1 };
enum { SR_END_WHOLE = 0, SR_END_LIMIT = 1, SR_END_FAULT = 2 };

struct sr_block {
  __u64 address;
  __u32 wanted;
  __u16 length;
  __u8 phase;
  __u8 end;
};

enum {
  SR_PATH_UNKNOWN,     // too deep, too long, or no names
  SR_PATH_WHOLE,       // the names from the file up to the root, each with its NUL
  SR_PATH_DELETED,     // the same of a file that has no name any more
  SR_PATH_ALONE,       // one name of a file that hangs in no tree: memfd, anonymous inodes
};

// What a descriptor is, from its struct file. Behind it, padded to 8: of a file the names of its path; of a unix socket its
// own address and its peer's.
struct sr_fd {
  __u16 size;          // of all of it
  __u16 names_length;
  __u8 path;
  __u8 is_socket;
  __u8 local_length, peer_length;  // of unix sockets: sockaddr_un as far as it is used
  __u64 inode;
  __u64 device;        // the kernel's own encoding: major << 20 | minor
  __u64 special;
  __u64 offset;
  __u64 peer_inode;    // of a connected unix socket
  __u32 mode;
  __u32 open_flags;
  __s32 fd;
  __u32 magic;         // of the file system
  __u16 family, type, protocol, local_port, peer_port;  // ports in network order
  __u8 padding[6];
  __u8 local[16], peer[16];  // internet addresses; of netlink port and groups
};

// --- tallies: what is kept of calls that are only counted ------------------------------------------------------------------

enum {
  SR_TALLY_FIRST = 64,        // so many calls of a kind are timed on each CPU, whatever they take
  SR_TALLY_WEIGHT = 16,       // then, of the short calls, one in so many
  SR_TALLY_STEPS = 4,         // buckets a power of two
  SR_TALLY_BUCKETS = 160,     // durations below 2^41 ns
};

// One call on one CPU, since the load. Durations below SR_TALLY_STEPS have a bucket each; from there on each power of two
// has SR_TALLY_STEPS of them.
struct sr_tally {
  __u64 calls, errors;
  __u64 time;                 // ns, weighted
  __u64 longest;
  __u32 buckets[SR_TALLY_BUCKETS];  // weighted
};

// --- the shared ring buffer: what is rare, or happens in interrupts ----------------------------------------------------------

enum {
  SR_EVENT_WAKE, SR_EVENT_FORK, SR_EVENT_EXEC, SR_EVENT_EXIT, SR_EVENT_SIGNAL, SR_EVENT_FAULT, SR_EVENT_VICTIM,
  SR_EVENT_LAYOUT
};

enum { SR_COMM = 16, SR_SIGINFO = 48, SR_EXEC_PATH = 4096 };
enum { SR_REGISTERS = 21, SR_STACK_POINTER = 19, SR_CODE = 64, SR_CODE_BEFORE = 24, SR_FAULT_STACK = 32, SR_CRASH_PIECE = 1024, SR_CRASH_STACK = 16384 };

struct sr_event {
  __u32 kind;
  __u32 pid, tid;        // of the task it is about
  __u32 other_pid, other_tid;  // parent; sender; former tid
  __s32 number;          // signal number; exit status
  __u64 time;
  __u64 value;           // clone flags; of a delivered signal its receiver's instruction pointer; of a sent one 1 if it became pending
  __u8 stage;            // of a signal: SignalStage
  __u8 abi;
  __u8 origin;           // TaskOrigin of a new task
  __u8 last_thread;
  __u32 length;          // bytes of siginfo, or of the path of an exec
  __s32 sender_call;     // number of the call that the sender of a signal was in; -1: none
  __u32 padding;
  char sender[SR_COMM];  // of a signal that is generated
  union {
    __u8 siginfo[SR_SIGINFO];
    char comm[SR_COMM];
  };
};

// linux/bpf.h's struct bpf_stack_build_id.
struct sr_frame {
  __s32 status;          // 1: build_id is known
  __u8 build_id[20];
  __u64 offset;          // in the file; the address where the status is not 1
};

// What follows an SR_EVENT_FAULT, which is otherwise a delivered signal. Then come `stack_memory` bytes from sp on.
struct sr_fault {
  __u64 registers[SR_REGISTERS];
  __u64 error_code;
  __u64 address;
  __u64 code_address;
  __u32 trap;
  __u32 code_length;
  __u32 depth;           // entries of `stack`
  __u32 frame_count;     // entries of `frames`, for the same addresses
  __u32 stack_memory;
  __u32 padding;
  __u8 code[SR_CODE];
  __u64 stack[SR_FAULT_STACK];
  struct sr_frame frames[SR_FAULT_STACK];
};

// What follows an SR_EVENT_VICTIM. Pages of the process when it was chosen; -1: this kernel does not tell.
struct sr_victim {
  __s64 total, anonymous, file, shared;
  __s64 page_tables;     // bytes
  __s32 score_adjustment;
  __u32 padding;
};

// What follows an SR_EVENT_LAYOUT: where an execve has put everything. Readers of /proc may come too late.
struct sr_layout {
  __u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
  __u64 headers;         // the program headers (AT_PHDR); 0: unknown
  __u64 loader;          // the program interpreter's base (AT_BASE); 0: none
};

// --- the task iterator's answers -----------------------------------------------------------------------------------------------

enum { SR_SEEN_NEW = 1 << 0, SR_SEEN_IN_CALL = 1 << 1, SR_SEEN_START_UNKNOWN = 1 << 2, SR_SEEN_HIDDEN = 1 << 3,
       SR_SEEN_NO_STORAGE = 1 << 4 };

struct sr_seen {
  __u32 pid, tid;
  __u32 flags;
  __s32 nr;
  __u64 time;      // of the look
  __u64 start;
  __u64 ip;
  __u64 args[6];
  __u32 abi;
  __u32 origin;
  char comm[SR_COMM];
};

#ifndef __BPF__
static_assert(sizeof(struct sr_op) == 44 && sizeof(struct sr_signature) == 4 && sizeof(struct sr_plan) == 48);
static_assert(sizeof(struct sr_quick) == 4 && sizeof(struct sr_quick_op) == 8);
static_assert(sizeof(struct sr_record) == 112 && sizeof(struct sr_block) == 16 && sizeof(struct sr_fd) == 112);
static_assert(sizeof(struct sr_tally) == 672 && sizeof(struct sr_filter) % 8 == 0);
static_assert(sizeof(struct sr_ring_control) == 256 && sizeof(struct sr_event) == 120 && sizeof(struct sr_seen) == 112);
static_assert(sizeof(struct sr_frame) == 32 && sizeof(struct sr_victim) == 48);
#endif

#endif  // SYSREEL_RECORDER_EBPF_RECORD_H_
