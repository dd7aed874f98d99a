#include "tools/sandbox.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "format/unique_fd.h"

namespace sysreel::tools {
namespace {

// --- landlock: which files ---------------------------------------------------------------------------------------------

// What the C library reads on its own: the time zone, how many CPUs there are, how it names errors.
constexpr const char* library_files[] = {"/etc/localtime", "/usr/share/zoneinfo", "/usr/share/locale", "/sys/devices/system/cpu"};

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t making = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t truncating = 1ull << 14;      // LANDLOCK_ACCESS_FS_TRUNCATE, since version 3
constexpr std::uint64_t first_version = (1ull << 13) - 1;  // every access that version 1 knows

void allow(int rules, const std::string& path, std::uint64_t access) {
  const UniqueFd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) access &= ~(LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG);
  const landlock_path_beneath_attr beneath{.allowed_access = access, .parent_fd = file.get()};
  ::syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
}

void restrict_files(const SandboxNeeds& needs) {
  const long version = ::syscall(__NR_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return;  // this kernel has none, or it was not enabled
  const std::uint64_t also = version >= 3 ? truncating : 0;
  const landlock_ruleset_attr attr{.handled_access_fs = first_version | also};
  const UniqueFd rules(static_cast<int>(::syscall(__NR_landlock_create_ruleset, &attr, sizeof attr, 0)));
  if (!rules) return;
  for (const char* file : library_files) allow(rules.get(), file, reading);
  for (const std::string& file : needs.reads) allow(rules.get(), file, reading);
  if (needs.symbols) allow(rules.get(), "/", reading);
  if (!needs.makes_files_in.empty()) allow(rules.get(), needs.makes_files_in, reading | making | also);
  ::syscall(__NR_landlock_restrict_self, rules.get(), 0);
}

// --- seccomp: which calls ----------------------------------------------------------------------------------------------
#ifdef __x86_64__

// What decoding and printing take, the C library's own needs included.
constexpr int allowed_calls[] = {
    __NR_read, __NR_pread64, __NR_readv, __NR_preadv, __NR_write, __NR_writev, __NR_pwrite64, __NR_lseek, __NR_ftruncate, __NR_close,
    __NR_fstat, __NR_stat, __NR_lstat, __NR_newfstatat, __NR_statx, __NR_access, __NR_faccessat, __NR_faccessat2, __NR_readlink, __NR_readlinkat,
    __NR_getcwd, __NR_getdents64, __NR_fadvise64, __NR_fsync, __NR_fcntl, __NR_dup, __NR_poll, __NR_ppoll, __NR_ioctl, __NR_statfs, __NR_fstatfs,
    __NR_munmap, __NR_mremap, __NR_madvise, __NR_brk, __NR_futex, __NR_set_robust_list, __NR_rseq, __NR_rt_sigprocmask, __NR_rt_sigaction,
    __NR_rt_sigreturn, __NR_sigaltstack, __NR_sched_getaffinity, __NR_sched_yield, __NR_getpid, __NR_gettid, __NR_getuid, __NR_geteuid,
    __NR_getgid, __NR_getegid, __NR_tgkill, __NR_exit, __NR_exit_group, __NR_wait4, __NR_clock_gettime, __NR_clock_nanosleep, __NR_nanosleep,
    __NR_gettimeofday, __NR_getrandom, __NR_sysinfo, __NR_uname, __NR_getrusage, __NR_restart_syscall};

// A filter is a program of the classic packet filter over struct seccomp_data.
class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
    end(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
  }
  void allow(int nr) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(nr), 0, 1);
    end(SECCOMP_RET_ALLOW);
  }
  // Allowed if none of these bits of an argument is set (or, `all`: only if all are), else fails with `error`.
  void allow_if(int nr, unsigned argument, std::uint32_t bits, bool all, int error = EPERM) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(nr), 0, 5);
    load(offsetof(seccomp_data, args) + 8 * argument);
    code_.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits));
    jump(BPF_JEQ, all ? bits : 0, 0, 1);
    end(SECCOMP_RET_ALLOW);
    fail(error);
  }
  void refuse(int nr, int error) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(nr), 0, 1);
    fail(error);
  }
  // Everything else fails, as if the kernel did not allow it to this user.
  bool install() {
    fail(EPERM);
    sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  }

 private:
  void load(std::size_t offset) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset))); }
  void jump(unsigned test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    code_.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, yes, no));
  }
  void end(std::uint32_t action) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }
  void fail(int error) { end(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)); }

  std::vector<sock_filter> code_;
};

void restrict_calls(const SandboxNeeds& needs) {
  Filter filter;
  for (const int nr : allowed_calls) filter.allow(nr);
  if (needs.makes_files_in.empty()) {
    filter.allow_if(__NR_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, false);
    filter.allow_if(__NR_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, false);
  } else {
    filter.allow(__NR_open);
    filter.allow(__NR_openat);
  }
  filter.allow_if(__NR_mmap, 2, PROT_EXEC, false);
  filter.allow_if(__NR_mprotect, 2, PROT_EXEC, false);
  filter.allow_if(__NR_clone, 0, CLONE_THREAD, true);  // threads, no processes
  filter.refuse(__NR_clone3, ENOSYS);                  // its flags are out of sight: the C library turns to clone
  static_cast<void>(filter.install());                 // a kernel without seccomp
}

#else
void restrict_calls(const SandboxNeeds&) {}
#endif

}  // namespace

void enter_sandbox(const SandboxNeeds& needs) {
  const char* const asked = std::getenv("SYSREEL_SANDBOX");
  if (asked != nullptr && std::string_view(asked) == "off") return;
  // Debug files may have to be fetched: that takes sockets, and a cache to write to.
  const char* const servers = std::getenv("DEBUGINFOD_URLS");
  if (needs.symbols && servers != nullptr && *servers != '\0') return;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  restrict_files(needs);
  restrict_calls(needs);
}

}  // namespace sysreel::tools
