// The preflight names what stands in the way, and what would help.
#include "recorder/preflight.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace sysreel {
namespace {

constexpr std::uint64_t all_capabilities = (1ull << 41) - 1;

// A made-up machine on which everything works.
class Preflight : public ::testing::Test {
 protected:
  Preflight() {
    char name[] = "/tmp/preflight.XXXXXX";
    view_.root = ::mkdtemp(name);
    put("/sys/kernel/btf/vmlinux", "x");
    put("/proc/sys/kernel/yama/ptrace_scope", "0\n");
    view_.effective = all_capabilities;
    view_.release = "6.1.0-18-amd64";
    view_.machine = "x86_64";
  }
  ~Preflight() override { std::filesystem::remove_all(view_.root); }

  void put(const std::string& path, const std::string& text) {
    const std::filesystem::path whole = view_.root + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }

  std::string ebpf_obstacle() const { return first_obstacle(preflight_ebpf(view_), {ErrorKind::io, "none"}).message; }
  std::string ptrace_obstacle() const { return first_obstacle(preflight_ptrace(view_), {ErrorKind::io, "none"}).message; }
  void drop(unsigned bit) { view_.effective &= ~(1ull << bit); }

  PreflightView view_;
};

TEST_F(Preflight, FindsNothingInTheWayWhereEverythingWorks) {
  EXPECT_EQ(ebpf_obstacle(), "none");
  EXPECT_EQ(ptrace_obstacle(), "none");
}

TEST_F(Preflight, AsksForANewerKernel) {
  view_.release = "5.10.0-28-amd64";
  EXPECT_EQ(ebpf_obstacle(), "Linux 5.10.0-28-amd64 is older than 5.15, which the eBPF engine needs; use --engine ptrace");
  view_.release = "5.15";
  EXPECT_EQ(ebpf_obstacle(), "none");
}

TEST_F(Preflight, NamesTheMissingCapability) {
  drop(21);
  drop(38);
  view_.user = 1000;
  EXPECT_EQ(ebpf_obstacle().substr(0, 23), "CAP_PERFMON is missing ");
  EXPECT_NE(ebpf_obstacle().find("setcap"), std::string::npos);
  drop(39);
  EXPECT_EQ(ebpf_obstacle().substr(0, 19), "CAP_BPF is missing ");
  view_.user = 0;
  EXPECT_NE(ebpf_obstacle().find("docker: --cap-add BPF"), std::string::npos);
  EXPECT_EQ(first_obstacle(preflight_ebpf(view_), {}).kind, ErrorKind::denied);
}

TEST_F(Preflight, NeedsCapSysPtraceForOtherProcesses) {
  drop(19);
  EXPECT_EQ(ebpf_obstacle().substr(0, 26), "CAP_SYS_PTRACE is missing ");
  EXPECT_EQ(ptrace_obstacle(), "none");
}

TEST_F(Preflight, MissesTheKernelsTypeInformation) {
  std::filesystem::remove(view_.root + "/sys/kernel/btf/vmlinux");
  EXPECT_EQ(ebpf_obstacle().substr(0, 35), "the kernel gives no type informatio");
}

TEST_F(Preflight, RespectsLockdown) {
  put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  EXPECT_EQ(ebpf_obstacle(), "none");
  put("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
  EXPECT_EQ(ebpf_obstacle().substr(0, 25), "the kernel is locked down");
}

TEST_F(Preflight, TellsASeccompProfileFromAMissingCapability) {
  view_.bpf_errno = EPERM;
  EXPECT_NE(ebpf_obstacle().find("although CAP_BPF is held"), std::string::npos);
  view_.ptrace_errno = EPERM;
  EXPECT_NE(ptrace_obstacle().find("seccomp profile"), std::string::npos);
}

TEST_F(Preflight, ReadsYamasScope) {
  drop(19);
  put("/proc/sys/kernel/yama/ptrace_scope", "1\n");
  EXPECT_EQ(ptrace_obstacle(), "none");
  put("/proc/sys/kernel/yama/ptrace_scope", "2\n");
  EXPECT_EQ(ptrace_obstacle().substr(0, 34), "2: only CAP_SYS_PTRACE may trace; ");
  view_.effective = all_capabilities;
  EXPECT_EQ(ptrace_obstacle(), "none");
  put("/proc/sys/kernel/yama/ptrace_scope", "3\n");
  EXPECT_NE(ptrace_obstacle().find("reboot"), std::string::npos);
}

TEST(PreflightHere, SaysThatBothEnginesRunWhereTheTestsRunAsRoot) {
  const PreflightView view = PreflightView::here();
  EXPECT_EQ(first_obstacle(preflight_ebpf(view), {ErrorKind::io, "none"}).message, "none");
  EXPECT_EQ(first_obstacle(preflight_ptrace(view), {ErrorKind::io, "none"}).message, "none");
}

}  // namespace
}  // namespace sysreel
