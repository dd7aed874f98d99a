// The few kernel structures the programs read, declared by hand: CO-RE finds the fields' real places at load time.
#ifndef SYSREEL_RECORDER_EBPF_KERNEL_TYPES_H_
#define SYSREEL_RECORDER_EBPF_KERNEL_TYPES_H_

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef _Bool bool;
enum { false = 0, true = 1 };

// uapi linux/bpf.h
enum bpf_map_type_used {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_RINGBUF = 27,
  BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum {
  BPF_ANY = 0,
  BPF_F_NO_PREALLOC = 1,
  BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
  BPF_F_MMAPABLE = 1 << 10,
  BPF_F_USER_STACK = 1 << 8,
  BPF_F_USER_BUILD_ID = 1 << 11,
  BPF_RB_NO_WAKEUP = 1,
  BPF_RB_FORCE_WAKEUP = 2,
};

struct bpf_raw_tracepoint_args {
  __u64 args[0];
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, flags, sp;
};

struct thread_info {
  __u32 status;
};

struct ns_common {
  unsigned int inum;
};

struct pid_namespace {
  struct ns_common ns;
};

struct upid {
  int nr;
  struct pid_namespace *ns;
};

struct pid {
  unsigned int level;
  struct upid numbers[1];
};

struct sigset {
  unsigned long sig[1];
};
typedef struct sigset sigset_t;

struct sigpending {
  sigset_t signal;
};

typedef struct {
  int counter;
} atomic_t;

typedef struct {
  long counter;
} atomic_long_t;

struct signal_struct {
  atomic_t live;
  int group_exit_code;
  unsigned int flags;
  short oom_score_adj;
};

// Since 6.2 each counter is one of these.
struct percpu_counter {
  __s64 count;
};

struct mm_struct {
  unsigned long total_vm;
  unsigned long start_code, end_code, start_data, end_data;
  unsigned long start_brk, brk, start_stack;
  unsigned long saved_auxv[2];
  struct percpu_counter rss_stat[4];
  atomic_long_t pgtables_bytes;
};

struct mm_rss_stat {
  atomic_long_t count[4];
};

struct mm_struct___before_6_2 {
  struct mm_rss_stat rss_stat;
};

struct thread_struct {
  unsigned long cr2;
  unsigned long trap_nr;
  unsigned long error_code;
};

struct sigaction_kernel;
struct sigaction {
  unsigned long sa_flags;
};

struct k_sigaction {
  struct sigaction sa;
};

struct sighand_struct {
  struct k_sigaction action[64];
};

struct super_block {
  unsigned int s_dev;
  unsigned long s_magic;
};

struct inode {
  unsigned short i_mode;
  struct super_block *i_sb;
  unsigned long i_ino;
  unsigned int i_rdev;
};

struct qstr {
  const unsigned char *name;
};

struct hlist_bl_node {
  struct hlist_bl_node **pprev;
};

struct dentry {
  struct hlist_bl_node d_hash;
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
};

struct vfsmount {
  struct dentry *mnt_root;
};

struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};

struct fs_struct {
  struct path root;
  struct path pwd;
};

struct file {
  void *private_data;
  struct inode *f_inode;
  struct path f_path;
  unsigned int f_flags;
  long long f_pos;
};

struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};

struct files_struct {
  struct fdtable *fdt;
};

struct in6_addr_kernel {
  __u8 bytes[16];
};

struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};

struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};

struct socket;

struct sock {
  struct sock_common __sk_common;
  __u16 sk_type;
  __u16 sk_protocol;
  struct socket *sk_socket;
};

struct socket {
  short type;
  struct sock *sk;
};

struct socket_alloc {
  struct socket socket;
  struct inode vfs_inode;
};

struct sockaddr_un {
  unsigned short sun_family;
};

struct unix_address {
  int len;
  struct sockaddr_un name[1];
};

struct unix_sock {
  struct unix_address *addr;
  struct sock *peer;
};

struct netlink_sock {
  __u32 portid;
  unsigned long *groups;
};

struct bpf_local_storage;

struct sched_entity {
  __u64 exec_start;
  __u64 sum_exec_runtime;
};

struct task_struct {
  struct thread_info thread_info;
  struct sched_entity se;
  unsigned int __state;
  unsigned int flags;
  int pid;
  int tgid;
  struct pid *thread_pid;
  struct task_struct *group_leader;
  struct task_struct *real_parent;
  char comm[16];
  int exit_code;
  struct fs_struct *fs;
  struct files_struct *files;
  struct bpf_local_storage *bpf_storage;
  struct signal_struct *signal;
  struct sighand_struct *sighand;
  struct sigpending pending;
  struct mm_struct *mm;
  struct thread_struct thread;
};

struct task_struct___before_5_14 {
  long state;
};

struct kernel_siginfo {
  int si_signo;
  int si_errno;
  int si_code;
};

struct linux_binprm {
  const char *filename;
};

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
  __u64 session_id;
  __u64 seq_num;
};

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
};

#pragma clang attribute pop

enum {
  SOL_SOCKET = 1,
  SCM_RIGHTS = 1,
  TS_COMPAT = 2,              // thread_info.status: the call came by int $0x80 or a 32-bit SYSENTER
  PF_EXITING = 0x4,
  TASK_NEW = 0x800,           // of task_struct.__state: it was not woken yet for the first time
  PF_KERNEL_HELPERS = 0x00200000 | 0x10 | 0x4000,  // PF_KTHREAD, PF_IO_WORKER, PF_USER_WORKER
  SA_IMMUTABLE = 0x00800000,  // set when the kernel kills by a signal that cannot be handled (seccomp)
  TRACE_SIGNAL_DELIVERED = 0,  // events/signal.h: it became pending
  TRACE_SIGNAL_IGNORED = 1,
  SIGNAL_GROUP_EXIT = 4,      // linux/sched/signal.h
  SIGKILL = 9,
  SIGILL = 4,
  SIGTRAP = 5,
  SIGABRT = 6,
  SIGBUS = 7,
  SIGFPE = 8,
  SIGSEGV = 11,
  SIGSYS = 31,
  SI_USER = 0,
  SI_KERNEL = 0x80,
  AF_UNIX = 1,
  AF_INET = 2,
  AF_NETLINK = 16,
  AF_INET6 = 10,
};

#endif  // SYSREEL_RECORDER_EBPF_KERNEL_TYPES_H_
