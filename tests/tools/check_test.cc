// trace-record --check says what stands in the way and what would help; each hindrance is put there for real.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>

#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

constexpr unsigned cap_sys_ptrace = 19, cap_bpf = 39;

class Check : public TraceRecord {
 protected:
  static void expect(const Ran& ran, const std::string& part) { EXPECT_NE(ran.out.find(part), std::string::npos) << part << " is not in:\n" << ran.out << ran.err; }
};

// Makes bpf(2) fail with EPERM where it is to load a program: maps can still be made.
void refuse_programs() {
  constexpr unsigned prog_load = 5;  // uapi linux/bpf.h
  sock_filter code[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_bpf},
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args[0])},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, prog_load},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{6, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

// Makes one call fail with EPERM, as a container's profile does.
void refuse(unsigned number) {
  sock_filter code[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{4, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

TEST_F(Check, SaysThatBothEnginesRunForRoot) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const Ran ran = run({"--check"});
  EXPECT_EQ(ran.code(), 0) << ran.out;
  expect(ran, "ebpf engine: can run");
  expect(ran, "ptrace engine: can run");
  for (const char* subject : {"kernel:", "BTF:", "lockdown:", "YAMA ptrace_scope:", "user namespace:", "seccomp:", "container:",
                              "unprivileged_bpf_disabled:", "perf_event_paranoid:", "tracefs:", "memlock:", "output:"}) {
    expect(ran, subject);
  }
}

TEST_F(Check, NamesACapabilityMissingFromTheBoundingSet) {
  const Ran ran = run({"--check"}, [] { prctl(PR_CAPBSET_DROP, cap_bpf, 0, 0, 0); });
  expect(ran, "ebpf engine: can run");  // CAP_SYS_ADMIN stands in for it
  const Ran neither = run({"--check"}, [] {
    for (const unsigned one : {cap_bpf, 21u, cap_sys_ptrace}) prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
  });
  expect(neither, "ebpf engine: cannot run");
  expect(neither, "CAP_BPF is missing");
  expect(neither, "CAP_SYS_PTRACE is missing");
  expect(neither, "--cap-add BPF");
}

// Moves to a user namespace of its own. The kernel allows that to no process that is chrooted, so it steps out to the root of
// its mount namespace meanwhile.
void enter_user_namespace() {
  const int root = open("/", O_PATH), folder = open(".", O_PATH), mounts = open("/proc/self/ns/mnt", O_RDONLY);
  if (setns(mounts, CLONE_NEWNS) != 0 || unshare(CLONE_NEWUSER) != 0) _exit(97);
  if (fchdir(root) != 0 || chroot(".") != 0 || fchdir(folder) != 0) _exit(96);
  for (const int fd : {root, folder, mounts}) close(fd);
}

TEST_F(Check, NamesTheUserNamespace) {
  const Ran ran = run({"--check"}, enter_user_namespace);
  expect(ran, "ebpf engine: cannot run");
  expect(ran, "not the machine's own");
}

TEST_F(Check, NamesASeccompFilterThatRefusesAnEngine) {
  const Ran bpf = run({"--check"}, [] { refuse(SYS_bpf); });
  expect(bpf, "ebpf engine: cannot run");
  expect(bpf, "bpf(2) is refused although CAP_BPF is held");
  expect(bpf, "a filter is in force");
  expect(bpf, "ptrace engine: can run");
  const Ran ptrace = run({"--check"}, [] { refuse(SYS_ptrace); });
  expect(ptrace, "ptrace engine: cannot run");
  expect(ptrace, "ptrace(2) is refused");
}

TEST_F(Check, LoadsTheProgramsToKnow) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  expect(run({"--check"}), "programs: this kernel loads them");
  const Ran ran = run({"--check"}, refuse_programs);
  expect(ran, "ebpf engine: cannot run");
  expect(ran, "bpf(2): works");
  expect(ran, "NO  programs: loading the BPF programs: ");
  expect(ran, "ptrace engine: can run");
  EXPECT_EQ(ran.code(), 0) << "one engine is enough";
}

TEST_F(Check, TellsAnotherUserWhatIsMissing) {
  const std::string self = std::to_string(getpid());
  const Ran ran = run({"--check", "-p", self}, [] {
    static_cast<void>(!setgid(65534));
    static_cast<void>(!setuid(65534));
  });
  EXPECT_EQ(ran.code(), 4) << ran.out;
  expect(ran, "ebpf engine: cannot run");
  expect(ran, "runs as uid 65534");
  expect(ran, "setcap");
  expect(ran, "belongs to uid 0");
}

TEST_F(Check, SpeaksJson) {
  const Ran ran = run({"--check", "--json"});
  EXPECT_TRUE(ran.out.starts_with("[{\"name\":\"ebpf\",\"engine\":true,\"ok\":")) << ran.out;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '['), std::count(ran.out.begin(), ran.out.end(), ']'));
  EXPECT_EQ(run({"--json", "true"}).code(), 2);
}

}  // namespace
}  // namespace sysreel
