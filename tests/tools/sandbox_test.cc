#include "tools/sandbox.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "tests/tools/trace_record_fixture.h"

namespace sysreel::testing {
namespace {

using tools::enter_sandbox;
using tools::SandboxNeeds;

constexpr int refused = 0, done = 1, other = 2;

// What `attempt` gives in a process that is in the sandbox: done, refused (EPERM or EACCES), or another error's number.
int in_sandbox(const SandboxNeeds& needs, const std::function<bool()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    enter_sandbox(needs);
    errno = 0;
    const bool went_well = attempt();
    ::_exit(went_well ? done : errno == EPERM || errno == EACCES ? refused : other);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool opens(const char* path, int flags) { return ::open(path, flags | O_CLOEXEC, 0600) >= 0; }

// Whether this kernel restricts files (landlock(7)); without, only the filter of calls does its part.
bool has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1u) >= 1; }

TEST(Sandbox, ReadsWhatItWasGivenAndNothingElse) {
  EXPECT_EQ(in_sandbox({.reads = {"/etc/passwd"}}, [] { return opens("/etc/passwd", O_RDONLY); }), done);
  EXPECT_EQ(in_sandbox({}, [] { return opens("/etc/passwd", O_RDONLY); }), has_landlock() ? refused : done);
  EXPECT_EQ(in_sandbox({.symbols = true}, [] { return opens("/bin/sh", O_RDONLY); }), done);
}

TEST(Sandbox, WritesNothingThatIsNotOpen) {
  for (const int flags : {O_WRONLY, O_RDWR, O_WRONLY | O_CREAT, O_RDONLY | O_TRUNC}) {
    EXPECT_EQ(in_sandbox({.reads = {"/etc/passwd"}, .symbols = true}, [&] { return opens("/etc/passwd", flags); }), refused) << flags;
  }
  EXPECT_EQ(in_sandbox({}, [] { return ::unlink("/tmp/no-such-file-of-sysreel") == 0; }), refused);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(in_sandbox({}, [&] { return ::write(ends[1], "x", 1) == 1; }), done);
}

TEST(Sandbox, MakesFilesWhereItMay) {
  char folder[] = "/tmp/sandbox-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string inside = std::string(folder) + "/new", outside = std::string(folder) + "-new";
  EXPECT_EQ(in_sandbox({.makes_files_in = folder}, [&] { return opens(inside.c_str(), O_WRONLY | O_CREAT | O_TRUNC); }), done);
  EXPECT_EQ(in_sandbox({.makes_files_in = folder}, [&] { return opens(outside.c_str(), O_WRONLY | O_CREAT); }), has_landlock() ? refused : done);
  ::unlink(inside.c_str());
  ::unlink(outside.c_str());
  ::rmdir(folder);
}

TEST(Sandbox, StartsNothingAndReachesNobody) {
  EXPECT_EQ(in_sandbox({}, [] { return ::execl("/bin/true", "true", nullptr) == 0; }), refused);
  EXPECT_EQ(in_sandbox({}, [] { return ::fork() >= 0; }), refused);
  EXPECT_EQ(in_sandbox({}, [] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }), refused);
  EXPECT_EQ(in_sandbox({}, [] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }), refused);
  EXPECT_EQ(in_sandbox({}, [] { return ::kill(::getppid(), 0) == 0; }), refused);
  EXPECT_EQ(in_sandbox({}, [] { return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }),
            refused);
}

TEST(Sandbox, ComputesWithThreadsAndMemory) {
  const auto computes = [] {
    std::string large(64 << 20, 'x');
    std::thread([&] { large.resize(128 << 20); }).join();
    return large.size() == 128u << 20;
  };
  EXPECT_EQ(in_sandbox({}, computes), done);
}

// The number behind "Seccomp:" in /proc/PID/status, 2 for a filter; -1 if the process is gone.
int seccomp_mode(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    int mode = -1;
    if (word == "Seccomp:" && status >> mode) return mode;
  }
  return -1;
}

class EveryReader : public ::testing::TestWithParam<std::vector<const char*>> {};

TEST_P(EveryReader, DecodesInTheSandbox) {
  // A reel whose header is all there and whose chunks are still to come: the reader waits in the midst of decoding.
  char path[] = "/tmp/sandbox-reel-XXXXXX";
  ::close(::mkstemp(path));
  ASSERT_EQ(::system((program + " -q --engine ptrace --force -o " + path + " -- /bin/true").c_str()), 0);
  std::ifstream file(path, std::ios::binary);
  const std::string reel{std::istreambuf_iterator<char>(file), {}};
  ::unlink(path);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    const std::string tool = std::string(BUILD_DIR "/bin/") + GetParam()[0];
    std::vector<const char*> argv(GetParam());
    argv.push_back("-");
    argv.push_back(nullptr);
    ::execv(tool.c_str(), const_cast<char* const*>(argv.data()));
    ::_exit(99);
  }
  ::close(ends[0]);
  ASSERT_EQ(::write(ends[1], reel.data(), reel.size() - 16), static_cast<ssize_t>(reel.size() - 16));
  int mode = 0;
  for (int i = 0; i < 500 && mode == 0; ++i) {
    mode = seccomp_mode(child);
    ::usleep(20'000);
  }
  EXPECT_EQ(mode, 2);
  EXPECT_EQ(::write(ends[1], reel.data() + reel.size() - 16, 16), 16);
  ::close(ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

INSTANTIATE_TEST_SUITE_P(Tools, EveryReader,
                         ::testing::Values(std::vector{"trace-report"}, std::vector{"trace-report", "--errors"},
                                           std::vector{"trace-report", "--diagnose"}, std::vector{"trace-report", "-c"}, std::vector{"trace-stats"},
                                           std::vector{"trace-info"}, std::vector{"trace-info", "--verify"}, std::vector{"trace-info", "--scan"}));

TEST(Sandbox, IsLeftOpenWhenAsked) {
  EXPECT_EQ(in_sandbox({}, [] { return opens("/etc/passwd", O_RDWR); }), refused);
  ::setenv("SYSREEL_SANDBOX", "off", 1);
  EXPECT_EQ(in_sandbox({}, [] { return opens("/etc/passwd", O_RDONLY); }), done);
  ::unsetenv("SYSREEL_SANDBOX");
}

}  // namespace
}  // namespace sysreel::testing
