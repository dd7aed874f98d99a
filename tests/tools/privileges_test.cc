// The recorder gives up what it no longer needs, and lends its capabilities to nobody.
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>

#include "recorder/proc.h"
#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

constexpr unsigned nobody = 65534;

std::uint64_t effective_of(pid_t pid) {
  const std::string status = proc::read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  const std::size_t at = status.find("CapEff:\t");
  std::uint64_t bits = ~std::uint64_t{0};
  if (at != std::string::npos) std::from_chars(status.data() + at + 8, status.data() + status.size(), bits, 16);
  return bits;
}

class Privileges : public TraceRecord {
 protected:
  // A copy of the recorder with capabilities of its file, to be run by another user.
  Ran run_with_file_capabilities(std::vector<std::string> arguments) {
    const std::string copy = path("trace-record");
    std::filesystem::copy_file(program, copy, std::filesystem::copy_options::overwrite_existing);
    vfs_cap_data data{};
    data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
    data.data[0].permitted = 1u << 19;                           // SYS_PTRACE
    data.data[1].permitted = 1u << (38 - 32) | 1u << (39 - 32);  // PERFMON, BPF
    EXPECT_EQ(setxattr(copy.c_str(), "security.capability", &data, XATTR_CAPS_SZ_2, 0), 0) << strerror(errno);
    EXPECT_EQ(chmod(path("").c_str(), 0755), 0);
    std::filesystem::create_directory(path("own"));
    EXPECT_EQ(chown(path("own").c_str(), nobody, nobody), 0);
    std::FILE* const out = std::tmpfile();
    std::FILE* const err = std::tmpfile();
    Ran ran;
    const pid_t pid = fork();
    if (pid == 0) {
      std::vector<char*> argv{const_cast<char*>("trace-record")};
      for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      dup2(fileno(out), STDOUT_FILENO);
      dup2(fileno(err), STDERR_FILENO);
      const int folder = open(folder_.c_str(), O_PATH | O_CLOEXEC);
      if (chdir(path("own").c_str()) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0) _exit(98);
      syscall(SYS_execveat, folder, "trace-record", argv.data(), environ, 0);
      _exit(99);
    }
    waitpid(pid, &ran.status, 0);
    ran.out = read_all(out);
    ran.err = read_all(err);
    return ran;
  }
};

TEST_F(Privileges, AreGivenUpWhenTheRecordingRuns) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  for (const char* engine : {"ebpf", "ptrace"}) {
    const pid_t recorder = start({"-q", "--force", "--engine", engine, "-o", "r.reel", "sleep", "1000"}, nullptr, nullptr);
    constexpr std::uint64_t sys_admin = 1u << 21, setuid_bit = 1u << 7, dac_override = 1u << 1;
    std::uint64_t bits = ~std::uint64_t{0};
    for (int i = 0; i < 300 && (bits & sys_admin) != 0; ++i) {
      usleep(50000);
      bits = effective_of(recorder);
    }
    EXPECT_EQ(bits & (sys_admin | setuid_bit | dac_override), 0u) << engine;
    kill(recorder, SIGTERM);
    int status = 0;
    waitpid(recorder, &status, 0);
    OwnedEvents events;
    read("r.reel", events);
  }
}

TEST_F(Privileges, OfTheFileShowNobodyElsesProcess) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  const Ran ran = run_with_file_capabilities({"-q", "--duration", "300ms", "-o", "r.reel", "-p", std::to_string(other)});
  EXPECT_EQ(ran.code(), 4) << ran.err;
  EXPECT_NE(ran.err.find("uid 65534 may trace"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(path("own/r.reel")));
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

// Processes that are found by a name are admitted one by one; who is not is never attached to.
TEST_F(Privileges, OfTheFileLeaveOutWhoIsFoundAndIsAnotherUsers) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const std::string name = "sr_priv_target";
  const auto sleeper = [&](unsigned user) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (setgid(user) != 0 || setuid(user) != 0) _exit(1);
      prctl(PR_SET_NAME, name.c_str());
      prctl(PR_SET_DUMPABLE, 1);  // which a change of user ends
      while (true) {
        syscall(SYS_getppid);
        usleep(5000);
      }
    }
    while (proc::comm_of(Tid{pid}) != name) usleep(1000);
    return pid;
  };
  const pid_t roots = sleeper(0);
  const Ran refused = run_with_file_capabilities({"-q", "--engine", "ebpf", "--duration", "300ms", "-o", "r.reel", "--comm", name});
  EXPECT_EQ(refused.code(), 4) << refused.err;
  EXPECT_NE(refused.err.find("may trace none of them"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(path("own/r.reel")));

  const pid_t own = sleeper(nobody);
  const Ran ran = run_with_file_capabilities({"-q", "--engine", "ebpf", "--duration", "600ms", "-o", "r.reel", "--comm", name});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  EXPECT_NE(ran.err.find("1 processes that match are left out"), std::string::npos) << ran.err;
  OwnedEvents events;
  read("own/r.reel", events);
  std::size_t of_own = 0;
  for (const AnyEvent& event : events.events()) {
    std::visit([&](const auto& one) {
      if constexpr (requires { one.pid; }) {
        EXPECT_NE(raw(one.pid), roots);
      }
    }, event);
    const auto* const call = std::get_if<Call>(&event);
    of_own += call && raw(call->pid) == own;
  }
  EXPECT_GT(of_own, 0u);
  for (const pid_t pid : {roots, own}) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
}

TEST_F(Privileges, OfTheFileRecordTheUsersOwnCommandsWithEbpf) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const Ran ran = run_with_file_capabilities({"-q", "--engine", "ebpf", "-o", "r.reel", "sh", "-c", "exit 5"});
  EXPECT_EQ(ran.code(), 5) << ran.err;
  OwnedEvents events;
  read("own/r.reel", events);
  EXPECT_TRUE(std::any_of(events.events().begin(), events.events().end(), [](const AnyEvent& event) { return std::holds_alternative<Call>(event); }));
}

TEST_F(Privileges, OfTheFileShowNothingBehindASetuidProgram) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  std::filesystem::copy_file("/bin/sleep", path("suid"));
  ASSERT_EQ(chmod(path("suid").c_str(), 04755), 0);
  const Ran ran = run_with_file_capabilities({"-q", "--engine", "ebpf", "-f", "-o", "r.reel", "sh", "-c", "../suid 0.2; exit 6"});
  EXPECT_EQ(ran.code(), 6) << ran.err;
  EXPECT_NE(ran.err.find("1 processes are left out"), std::string::npos) << ran.err;
  OwnedEvents events;
  read("own/r.reel", events);
  constexpr int clock_nanosleep = 230;
  for (const AnyEvent& event : events.events()) {
    const auto* const call = std::get_if<Call>(&event);
    if (call) {
      EXPECT_NE(raw(call->nr), clock_nanosleep) << "a call of the setuid program was recorded";
    }
  }
}

}  // namespace
}  // namespace sysreel
