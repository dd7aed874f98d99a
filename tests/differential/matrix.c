// Makes each call of a table in every situation of its pointer arguments: as given, NULL, an address where nothing is, and
// memory that ends too early. Descriptors are bad, so that nothing happens; what matters is how it prints.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { page = 4096 };
static char* const memory = (char*)0x10000000;  // two pages, then nothing: the same address in every run
static char* const nowhere = (char*)0x20000000;

// A pointer argument: 32 bytes of content, of which the end of the page cuts off the last 16 in one situation.
#define PTR 0x7fffffff
// A path.
#define STR 0x7ffffffe

struct row {
  long nr;
  long args[6];
};

static const struct row rows[] = {
    {SYS_read, {-1, PTR, 10}}, {SYS_write, {-1, PTR, 20}}, {SYS_open, {STR, 0x80042, 0600}}, {SYS_close, {-1}},
    {SYS_stat, {STR, PTR}}, {SYS_fstat, {-1, PTR}}, {SYS_lstat, {STR, PTR}}, {SYS_poll, {PTR, 1, 0}}, {SYS_lseek, {-1, 5, 2}},
    {SYS_rt_sigprocmask, {9, PTR, PTR, 8}}, {SYS_pread64, {-1, PTR, 10, 7}}, {SYS_pwrite64, {-1, PTR, 10, 7}},
    {SYS_readv, {-1, PTR, 1}}, {SYS_writev, {-1, PTR, 1}}, {SYS_access, {STR, 6}}, {SYS_pipe, {PTR}}, {SYS_dup, {-1}},
    {SYS_dup2, {-1, 7}}, {SYS_nanosleep, {PTR, PTR}}, {SYS_getitimer, {9, PTR}}, {SYS_setitimer, {9, PTR, PTR}},
    {SYS_sendfile, {-1, -1, PTR, 10}}, {SYS_socket, {2, 99, 0}}, {SYS_connect, {-1, PTR, 16}}, {SYS_accept, {-1, PTR, PTR}},
    {SYS_sendto, {-1, PTR, 10, 0x40, PTR, 16}}, {SYS_recvfrom, {-1, PTR, 10, 0x40, PTR, PTR}}, {SYS_bind, {-1, PTR, 16}},
    {SYS_listen, {-1, 5}}, {SYS_getsockname, {-1, PTR, PTR}}, {SYS_getpeername, {-1, PTR, PTR}}, {SYS_shutdown, {-1, 2}},
    {SYS_socketpair, {1, 99, 0, PTR}}, {SYS_setsockopt, {-1, 1, 2, PTR, 4}}, {SYS_getsockopt, {-1, 1, 2, PTR, PTR}},
    {SYS_uname, {PTR}}, {SYS_fcntl, {-1, F_GETFL}}, {SYS_fcntl, {-1, F_SETFD, 1}}, {SYS_fcntl, {-1, F_SETLK, PTR}},
    {SYS_flock, {-1, 6}}, {SYS_fsync, {-1}}, {SYS_fdatasync, {-1}}, {SYS_truncate, {STR, -5}}, {SYS_ftruncate, {-1, 5}},
    {SYS_getdents64, {-1, PTR, 32}}, {SYS_getcwd, {PTR, 1}}, {SYS_chdir, {STR}}, {SYS_fchdir, {-1}}, {SYS_rename, {STR, STR}},
    {SYS_mkdir, {STR, 01777}}, {SYS_rmdir, {STR}}, {SYS_link, {STR, STR}}, {SYS_unlink, {STR}}, {SYS_symlink, {STR, STR}},
    {SYS_readlink, {STR, PTR, 16}}, {SYS_chmod, {STR, 0644}}, {SYS_fchmod, {-1, 0644}}, {SYS_chown, {STR, -1, 5}},
    {SYS_fchown, {-1, 5, -1}}, {SYS_lchown, {STR, 5, 6}}, {SYS_getrlimit, {99, PTR}}, {SYS_setrlimit, {99, PTR}},
    {SYS_getrusage, {99, PTR}}, {SYS_getpriority, {9, 5}}, {SYS_setpriority, {9, 5, 6}}, {SYS_mknod, {STR, 0170000, 0x103}},
    {SYS_statfs, {STR, PTR}}, {SYS_fstatfs, {-1, PTR}}, {SYS_sched_getparam, {-1, PTR}}, {SYS_sched_setparam, {-1, PTR}},
    {SYS_sched_getscheduler, {-1}}, {SYS_mlock, {0x30000000, 4096}}, {SYS_munlock, {0x30000000, 4096}}, {SYS_madvise, {1, 2, 3}},
    {SYS_msync, {1, 2, 4}}, {SYS_mincore, {1, 4096, PTR}}, {SYS_mprotect, {1, 4096, 5}}, {SYS_mremap, {1, 2, 3, 1, 0}},
    {SYS_fsetxattr, {-1, STR, PTR, 8, 1}}, {SYS_setxattr, {STR, STR, PTR, 8, 2}}, {SYS_getxattr, {STR, STR, PTR, 8}},
    {SYS_listxattr, {STR, PTR, 8}}, {SYS_removexattr, {STR, STR}}, {SYS_kill, {0x7ffffff, 15}}, {SYS_tgkill, {-1, 5, 10}},
    {SYS_futex, {PTR, 99, 1, PTR, PTR, 2}}, {SYS_sched_setaffinity, {-1, 8, PTR}}, {SYS_epoll_create, {-1}},
    {SYS_epoll_ctl, {-1, 1, -1, PTR}}, {SYS_epoll_wait, {-1, PTR, 2, 0}}, {SYS_epoll_create1, {99}}, {SYS_eventfd2, {5, 99}},
    {SYS_signalfd4, {-1, PTR, 8, 99}}, {SYS_timerfd_create, {99, 99}}, {SYS_timerfd_settime, {-1, 1, PTR, PTR}},
    {SYS_timerfd_gettime, {-1, PTR}}, {SYS_clock_gettime, {99, PTR}}, {SYS_clock_settime, {99, PTR}}, {SYS_clock_getres, {99, PTR}},
    {SYS_clock_nanosleep, {99, 1, PTR, PTR}}, {SYS_utimes, {STR, PTR}}, {SYS_utime, {STR, PTR}}, {SYS_futimesat, {-1, STR, PTR}},
    {SYS_utimensat, {-1, STR, PTR, 0x100}}, {SYS_openat, {-1, STR, 0x410002, 0600}}, {SYS_openat, {-100, STR, 0x80000}},
    {SYS_mkdirat, {-1, STR, 0755}}, {SYS_mknodat, {-1, STR, 010644, 0}}, {SYS_fchownat, {-1, STR, 1, 2, 0x100}},
    {SYS_newfstatat, {-1, STR, PTR, 0x1100}}, {SYS_unlinkat, {-1, STR, 0x200}}, {SYS_renameat, {-1, STR, -1, STR}},
    {SYS_renameat2, {-1, STR, -1, STR, 3}}, {SYS_linkat, {-1, STR, -1, STR, 0x1400}}, {SYS_symlinkat, {STR, -1, STR}},
    {SYS_readlinkat, {-1, STR, PTR, 16}}, {SYS_fchmodat, {-1, STR, 0600}}, {SYS_faccessat, {-1, STR, 5}},
    {SYS_pselect6, {-1, 0, 0, 0, PTR, 0}}, {SYS_ppoll, {PTR, 1, PTR, 0, 9}}, {SYS_splice, {-1, PTR, -1, PTR, 5, 3}},
    {SYS_tee, {-1, -1, 5, 2}}, {SYS_vmsplice, {-1, PTR, 1, 8}}, {SYS_sync_file_range, {-1, 1, 2, 7}}, {SYS_fallocate, {-1, 3, 4, 5}},
    {SYS_accept4, {-1, PTR, PTR, 0x80000}}, {SYS_dup3, {-1, 7, 0x80000}}, {SYS_pipe2, {PTR, 0x7}}, {SYS_inotify_init1, {0x7}},
    {SYS_inotify_add_watch, {-1, STR, 0x2}}, {SYS_inotify_rm_watch, {-1, 5}}, {SYS_preadv, {-1, PTR, 1, 2, 0}},
    {SYS_pwritev, {-1, PTR, 1, 2, 0}}, {SYS_recvmmsg, {-1, PTR, 1, 0x40, PTR}}, {SYS_sendmmsg, {-1, PTR, 1, 0x40}},
    {SYS_recvmsg, {-1, PTR, 0x40}}, {SYS_sendmsg, {-1, PTR, 0x40}}, {SYS_prlimit64, {-1, 7, PTR, PTR}},
    {SYS_name_to_handle_at, {-1, STR, PTR, PTR, 0x1000}}, {SYS_syncfs, {-1}}, {SYS_memfd_create, {STR, 3}},
    {SYS_copy_file_range, {-1, PTR, -1, PTR, 5, 0}}, {SYS_msgget, {5, 0666}},
    {SYS_semget, {5, 1, 0600}}, {SYS_shmget, {5, 1, 0600}}, {SYS_msgsnd, {-1, PTR, 8, 0x800}}, {SYS_semop, {-1, PTR, 1}},
    {SYS_mq_unlink, {STR}}, {SYS_setgroups, {-1, PTR}}, {SYS_getgroups, {-1, PTR}}, {SYS_getresuid, {PTR, PTR, PTR}},
    {SYS_capget, {PTR, PTR}}, {SYS_rt_sigaction, {99, PTR, PTR, 8}}, {SYS_rt_sigpending, {PTR, 99}},
    {SYS_mount, {STR, STR, STR, 1, 0}}, {SYS_umount2, {STR, 99}},
    {SYS_chroot, {STR}}, {SYS_quotactl, {-1, STR, 0, PTR}}, {SYS_wait4, {-5, PTR, 1, PTR}}, {SYS_waitid, {1, 1, PTR, 4, PTR}},
};

// `keep` bytes of argument `index` are there; negative: as given, without a cut.
static long place(long arg, int index, long situation) {
  if (arg != PTR && arg != STR) return arg;
  char* const at = memory + 256 * index;
  for (int i = 0; i < 128; ++i) at[i] = arg == STR ? (i < 12 ? "/nowhere/abc"[i] : 0) : (i % 8 == 0 ? i + 1 : 0);
  if (situation == 1) return 0;
  if (situation == 2) return (long)nowhere + index;
  if (situation == 3) {  // the memory ends
    const int left = arg == STR ? 5 : 2;
    char* const last = memory + (page - left);
    for (int i = 0; i < left; ++i) last[i] = 'x';
    return (long)last;
  }
  return (long)at;
}

int main(void) {
  if (mmap(memory, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != memory) return 1;
  for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; ++row) {
    const struct row* const r = &rows[row];
    int pointers = 0;
    for (int i = 0; i < 6; ++i) pointers += r->args[i] == PTR || r->args[i] == STR;
    for (long situation = 0; situation < (pointers ? 4 : 1); ++situation) {
      long args[6];
      for (int i = 0; i < 6; ++i) args[i] = place(r->args[i], i, situation);
      syscall(r->nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    }
  }
  return 0;
}
