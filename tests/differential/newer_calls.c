// Calls that the installed strace does not know, or prints otherwise than newer versions do. Each is made, and the line that
// strace 7.2 prints for it is written to standard output: newer_calls.py holds our text against these lines.
//
//     newer_calls [-v]     -v: those that look different with -v
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYS_statmount_ = 457, SYS_listmount_ = 458, SYS_listns_ = 470, SYS_rseq_slice_yield_ = 471 };
static const unsigned long upper = 0xdefaced00000000;  // what stands above an argument of 32 bits

// Writes the line of a call that returned `result`.
static void expect(long result, const char* format, ...) {
  const int error = errno;
  va_list rest;
  va_start(rest, format);
  vprintf(format, rest);
  va_end(rest);
  if (result >= 0) {
    printf(" = %ld\n", result);
  } else {
    printf(" = -1 %s (%s)\n", strerrorname_np(error), strerror(error));
  }
}

// `size` bytes that end where the mapped memory ends, all of them 0xff.
static void* before_hole(size_t size) {
  const size_t page = 4096;
  char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + page, page, PROT_NONE);
  memset(pages, 0xff, page);
  return pages + page - size;
}

static void count_up(void* memory, size_t size) {
  for (size_t i = 0; i < size; ++i) ((unsigned char*)memory)[i] = (unsigned char)(0x80 + i);
}

static uint64_t word(const void* memory, size_t offset) {
  uint64_t value;
  memcpy(&value, (const char*)memory + offset, sizeof value);
  return value;
}
static void put_word(void* memory, size_t offset, uint64_t value) { memcpy((char*)memory + offset, &value, sizeof value); }

// struct rseq: who registers again fails, and shows what was asked.
enum { signature = 0xfacefee };
static long rseq(void* area, unsigned length, unsigned flags) {
  return syscall(SYS_rseq, area, upper | length, upper | flags, upper | signature);
}

static void restartable_sequences(void) {
  uint32_t* area = before_hole(64);
  char* end = (char*)area + 64;
  expect(rseq(area, 31, 0), "rseq(%p, 31, 0, %#x)", (void*)area, signature);
  expect(rseq(NULL, 32, -1), "rseq(NULL, 32, RSEQ_FLAG_UNREGISTER|RSEQ_FLAG_SLICE_EXT_DEFAULT_ON|0xfffffffc, %#x)", signature);
  expect(rseq((char*)area + 1, 32, 2), "rseq(%p, 32, RSEQ_FLAG_SLICE_EXT_DEFAULT_ON, %#x)", (char*)area + 1, signature);
  expect(rseq(end, 32, 1), "rseq(%p, 32, RSEQ_FLAG_UNREGISTER, %#x)", end, signature);
  expect(rseq(area, 32, 0),
         "rseq({cpu_id_start=RSEQ_CPU_ID_UNINITIALIZED, cpu_id=RSEQ_CPU_ID_UNINITIALIZED, rseq_cs=0xffffffffffffffff, "
         "flags=RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT|RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL|RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE|"
         "RSEQ_CS_FLAG_SLICE_EXT_AVAILABLE|RSEQ_CS_FLAG_SLICE_EXT_ENABLED|0xffffffc8, node_id=4294967295, mm_cid=4294967295, "
         "slice_ctrl={request=255, granted=255, __reserved=0xffff}, __reserved=0}, 32, 0, %#x)", signature);
#define EMPTY_SLICE "slice_ctrl={request=0, granted=0, __reserved=0}"
  memset(area, 0, 64);
  put_word(area, 8, (uintptr_t)end);
  area[4] = 1;
  ((char*)area)[32] = 0x2d;
  expect(rseq(area, 64, 0), "rseq({cpu_id_start=0, cpu_id=0, rseq_cs=%p, flags=RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT, node_id=0, mm_cid=0, "
         EMPTY_SLICE ", __reserved=0x2d}, 64, 0, %#x)", end, signature);
  void* section = before_hole(32);
  count_up(section, 32);
  memset(area, 0, 64);
  put_word(area, 8, (uintptr_t)section);
  area[0] = -2;
  area[1] = -3;
  expect(rseq(area, 32, 0), "rseq({cpu_id_start=RSEQ_CPU_ID_REGISTRATION_FAILED, cpu_id=4294967293, rseq_cs={version=%u, "
         "flags=RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE|0x87868580, start_ip=%#lx, post_commit_offset=%#lx, abort_ip=%#lx} /* %p */, "
         "flags=0, node_id=0, mm_cid=0, " EMPTY_SLICE ", __reserved=0}, 32, 0, %#x)",
         *(uint32_t*)section, word(section, 8), word(section, 16), word(section, 24), section, signature);
  expect(syscall(SYS_rseq_slice_yield_), "rseq_slice_yield()");
}

// struct ns_id_req and struct mnt_id_req tell their own size.
static void namespaces_and_mounts(void) {
  uint64_t* ids = before_hole(16);
  expect(syscall(SYS_listns_, NULL, NULL, 0, upper), "listns(NULL, NULL, 0, 0)");
  uint32_t* size = before_hole(4);
  *size = 31;
  expect(syscall(SYS_listns_, size, NULL, 0, 0), "listns({size=31}, NULL, 0, 0)");
  *size = 32;
  expect(syscall(SYS_listns_, size, NULL, 0, 0), "listns({size=32, ???}, NULL, 0, 0)");
  uint32_t* longer = before_hole(40);
  uint32_t* request = longer + 2;
  count_up(request, 32);
  request[0] = 32;
  request[4] = -1;
  expect(syscall(SYS_listns_, request, NULL, 0, upper | 1), "listns({size=32, spare=%#x, ns_id=%#lx, "
         "ns_type=TIME_NS|MNT_NS|CGROUP_NS|UTS_NS|IPC_NS|USER_NS|PID_NS|NET_NS|0x81fdff7f, spare2=%#x, user_ns_id=%#lx}, NULL, 0, 0x1)",
         request[1], word(request, 8), request[5], word(request, 24));
  request[1] = request[5] = 0;
  request[4] = 1;
  put_word(request, 24, -1);
  request[0] = 33;
  expect(syscall(SYS_listns_, request, NULL, 0, 0),
         "listns({size=33, ns_id=%#lx, ns_type=0x1 /* ???_NS */, user_ns_id=LISTNS_CURRENT_USER, ???}, NULL, 0, 0)", word(request, 8));
  request[0] = 40;
  memmove(longer, request, 32);
  count_up(longer + 8, 8);
  expect(syscall(SYS_listns_, longer, NULL, 0, 0), "listns({size=40, ns_id=%#lx, ns_type=0x1 /* ???_NS */, "
         "user_ns_id=LISTNS_CURRENT_USER, /* bytes 32..39 */ \"\\x80\\x81\\x82\\x83\\x84\\x85\\x86\\x87\"}, NULL, 0, 0)", word(longer, 8));
  expect(syscall(SYS_listns_, NULL, ids, 0, 0), "listns(NULL, [], 0, 0)");
  expect(syscall(SYS_listns_, NULL, ids, 1, 0), "listns(NULL, %p, 1, 0)", (void*)ids);
  expect(syscall(SYS_listmount_, NULL, ids, 0, 0), "listmount(NULL, [], 0, 0)");
  expect(syscall(SYS_listmount_, NULL, ids, 2, 1), "listmount(NULL, %p, 2, LISTMOUNT_REVERSE)", (void*)ids);
  expect(syscall(SYS_fsmount, -1, 3, 0), "fsmount(-1, FSMOUNT_CLOEXEC|FSMOUNT_NAMESPACE, 0)");
}

static void landlock(void) {
  uint64_t* rules = before_hole(48);
  const uint64_t values[] = {0x10001, 0xc, 3, 1, 4, 2};
  memcpy(rules, values, sizeof values);
#define HANDLED "{handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_RESOLVE_UNIX, " \
  "handled_access_net=LANDLOCK_ACCESS_NET_BIND_UDP|LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP"
#define NO_FLAG "0x80 /* LANDLOCK_CREATE_RULESET_??? */"
  expect(syscall(SYS_landlock_create_ruleset, rules, 7, 0x80), "landlock_create_ruleset(%p, 7, " NO_FLAG ")", (void*)rules);
  expect(syscall(SYS_landlock_create_ruleset, rules, 12, 0x80), "landlock_create_ruleset(" HANDLED "}, 12, " NO_FLAG ")");
  expect(syscall(SYS_landlock_create_ruleset, rules, 49, 0x80), "landlock_create_ruleset(" HANDLED
         ", scoped=LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET|LANDLOCK_SCOPE_SIGNAL, quiet_access_fs=LANDLOCK_ACCESS_FS_EXECUTE, "
         "quiet_access_net=LANDLOCK_ACCESS_NET_BIND_UDP, quiet_scoped=LANDLOCK_SCOPE_SIGNAL, ...}, 49, " NO_FLAG ")");
  expect(syscall(SYS_landlock_add_rule, -1, 0, NULL, 3), "landlock_add_rule(-1, 0 /* LANDLOCK_RULE_??? */, NULL, LANDLOCK_ADD_RULE_QUIET|0x2)");
}

// PIDFD_GET_INFO: what the answer says is there, as far as the caller's structure reaches.
static void process_descriptors(void) {
  const unsigned long get_info = 0xc058ff0b, too_small = 0xc03fff0b, get_net = 0xff04;
  const int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
  uint32_t* info = before_hole(88);
  memset(info, 0, 88);
  info[0] = 1;
  expect(ioctl(-1, get_info, info), "ioctl(-1, PIDFD_GET_INFO, {mask=PIDFD_INFO_PID})");
  expect(ioctl(pidfd, get_info, info + 22), "ioctl(%d, PIDFD_GET_INFO, %p)", pidfd, (void*)(info + 22));
  expect(ioctl(pidfd, too_small, info), "ioctl(%d, _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xb, 0x3f), %p)", pidfd, (void*)info);
  expect(ioctl(-1, get_net, 0), "ioctl(-1, PIDFD_GET_NET_NAMESPACE, 0)");
  const long answer = ioctl(pidfd, get_info, info);
  if (answer != 0) {
    expect(answer, "ioctl(%d, PIDFD_GET_INFO, {mask=PIDFD_INFO_PID})", pidfd);
  } else {
    expect(answer, "ioctl(%d, PIDFD_GET_INFO, {mask=PIDFD_INFO_PID => PIDFD_INFO_PID|PIDFD_INFO_CREDS%s, cgroupid=%lu, pid=%u, tgid=%u, "
           "ppid=%u, ruid=%u, rgid=%u, euid=%u, egid=%u, suid=%u, sgid=%u, fsuid=%u, fsgid=%u})", pidfd,
           info[0] & 4 ? "|PIDFD_INFO_CGROUPID" : "", word(info, 8), info[4], info[5], info[6], info[7], info[8], info[9], info[10], info[11],
           info[12], info[13], info[14]);
  }
  close(pidfd);
}

static void device_commands(void) {
  void* uuid = before_hole(17);
  expect(ioctl(-1, 0x80111500, NULL), "ioctl(-1, FS_IOC_GETFSUUID, NULL)");
  expect(ioctl(-1, 0x80111500, uuid), "ioctl(-1, FS_IOC_GETFSUUID, %p)", uuid);
  expect(ioctl(-1, 0xc0101502, uuid), "ioctl(-1, FS_IOC_GETLBMD_CAP, %p)", uuid);
  expect(ioctl(-1, 0x40082104, 0), "ioctl(-1, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 0)");
  expect(ioctl(-1, 0x40082104, 1), "ioctl(-1, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)");
  expect(ioctl(-1, 0x40082104, 0xfffffffe), "ioctl(-1, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 0xfffffffe /* SECCOMP_USER_NOTIF_??? */)");
  uint32_t* buffer = before_hole(24);
  buffer[1] = 1;
  put_word(buffer, 8, -2);
  put_word(buffer, 16, 5);
  expect(ioctl(-1, 0x40187542, buffer),
         "ioctl(-1, UDMABUF_CREATE, {memfd=-1, flags=UDMABUF_FLAGS_CLOEXEC, offset=18446744073709551614, size=5})");
  uint32_t* list = before_hole(56);
  memset(list, 0, 56);
  list[0] = -1;
  list[1] = 2;
  list[2] = 7;
  list[4] = 1;
  list[6] = 2;
  list[8] = 9;
  expect(ioctl(-1, 0x40087543, list), "ioctl(-1, UDMABUF_CREATE_LIST, {flags=UDMABUF_FLAGS_CLOEXEC|0xfffffffe, count=2, "
         "list=[{memfd=7, offset=1, size=2}, {memfd=9, offset=0, size=0}]})");
}

static void descriptors(void) {
  uint64_t* hint = before_hole(8);
  *hint = 4;
  expect(syscall(SYS_fcntl, -1, 1036, hint), "fcntl(-1, F_SET_RW_HINT, [RWH_WRITE_LIFE_LONG])");
  *hint = 0xffffffff00000000;
  expect(syscall(SYS_fcntl, -1, 1038, hint), "fcntl(-1, F_SET_FILE_RW_HINT, [0xffffffff00000000 /* RWH_WRITE_LIFE_??? */])");
  expect(syscall(SYS_fcntl, -1, 1035, hint), "fcntl(-1, F_GET_RW_HINT, %p)", (void*)hint);
  expect(syscall(SYS_fcntl, -1, 1036, (char*)hint + 1), "fcntl(-1, F_SET_RW_HINT, %p)", (char*)hint + 1);
  const uint32_t delegation[2] = {1, 0x1ffff};
  expect(syscall(SYS_fcntl, -1, 1040, delegation), "fcntl(-1, F_SETDELEG, {d_flags=0x1, d_type=0xffff /* F_??? */, __pad=0x1})");
  expect(syscall(SYS_fcntl, -1, 1039, delegation), "fcntl(-1, F_GETDELEG, %p)", (const void*)delegation);
  expect(syscall(SYS_fcntl, -1, 1028, 0), "fcntl(-1, F_CREATED_QUERY, 0)");
  const uint64_t how[3] = {0x104000000, 0, 0};
  expect(syscall(SYS_openat2, -1, "x", how, 24), "openat2(-1, \"x\", {flags=O_RDONLY|O_EMPTYPATH|OPENAT2_REGULAR, resolve=0}, 24)");
  expect(syscall(SYS_sched_getattr, 0, NULL, 0, 5), "sched_getattr(0, NULL, 0, SCHED_GETATTR_FLAG_DL_DYNAMIC|0x4)");
}

// With -v the buffer of a command that tells only its direction and size is shown, whatever comes of the call.
static void undescribed_commands(void) {
  static const unsigned char bytes[8] = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef};
#define BYTES "\"\\xfe\\xed\\xfa\\xce\\xde\\xad\\xbe\\xef\""
  unsigned char* buffer = before_hole(8);
  memcpy(buffer, bytes, 8);
  expect(ioctl(-1, _IOC(_IOC_READ, 0xde, 0, 0), -1L), "ioctl(-1, _IOC(_IOC_READ, 0xde, 0, 0), 0xffffffffffffffff)");
  expect(ioctl(-1, _IOC(_IOC_READ, 0xde, 0xad, 8), buffer), "ioctl(-1, _IOC(_IOC_READ, 0xde, 0xad, 0x8), " BYTES ")");
  expect(ioctl(-1, _IOC(_IOC_WRITE, 0xde, 0xad, 8), buffer), "ioctl(-1, _IOC(_IOC_WRITE, 0xde, 0xad, 0x8), " BYTES ")");
  expect(ioctl(-1, _IOC(_IOC_READ | _IOC_WRITE, 0xde, 0xad, 8), buffer), "ioctl(-1, _IOC(_IOC_READ|_IOC_WRITE, 0xde, 0xad, 0x8), " BYTES " => " BYTES ")");
  expect(ioctl(-1, _IOC(_IOC_NONE, 0xde, 0xad, 8), buffer), "ioctl(-1, _IOC(_IOC_NONE, 0xde, 0xad, 0x8), " BYTES " => " BYTES ")");
  expect(ioctl(-1, _IOC(_IOC_WRITE, 0xde, 0xad, 8), buffer + 1), "ioctl(-1, _IOC(_IOC_WRITE, 0xde, 0xad, 0x8), %p)", buffer + 1);
  expect(ioctl(-1, _IOC(_IOC_WRITE, 'V', 0xff, 8), buffer), "ioctl(-1, _IOC(_IOC_WRITE, 0x56, 0xff, 0x8), %p)", buffer);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "-v") == 0) {
    undescribed_commands();
    return fflush(stdout);
  }
  restartable_sequences();
  namespaces_and_mounts();
  landlock();
  process_descriptors();
  device_commands();
  descriptors();
  return fflush(stdout);
}
