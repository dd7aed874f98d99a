// Filters that the kernel decides when a call ends: who passes, who is only kept hidden, and that the count adds up.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

// The calls of this kind that a filter let pass.
std::size_t shown(const Collector& seen, std::string_view name) {
  const auto calls = seen.named(name);
  return static_cast<std::size_t>(
      std::count_if(calls.begin(), calls.end(), [](const SeenCall* call) { return !call->call.has(call_hidden); }));
}

struct Filtered {
  Collector seen;
  LossCounts losses;
};

Filtered record_through(const ExitFilter& filter, std::function<int()> body, std::string_view calls) {
  RecordOptions options;
  options.filter = filter;
  options.wanted = only(calls);
  Filtered result;
  Tracee tracee(std::move(body));
  auto source = open_source(options);
  if (!source) return result;
  EXPECT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_to_end(*source, result.seen);
  tracee.wait();
  EXPECT_TRUE(source->stop(result.seen));
  result.losses = source->losses();
  return result;
}

TEST(EbpfExitFilter, PassesCallsThatTookLongEnough) {
  ExitFilter filter;
  filter.slower_than = Nanos{20'000'000};
  const Filtered result = record_through(filter, [] {
    for (int i = 0; i < 10; ++i) syscall(SYS_getpgid, 0);
    usleep(30'000);
    return 0;
  }, "getpgid,clock_nanosleep");
  EXPECT_EQ(shown(result.seen, "clock_nanosleep"), 1u);
  // A machine under load may stretch a short call, but none is lost, and what passes took long enough.
  for (const SeenCall& call : result.seen.calls) {
    if (call.call.has(call_hidden)) continue;
    EXPECT_GE(call.call.duration, filter.slower_than) << call.name();
  }
  EXPECT_EQ(shown(result.seen, "getpgid") + result.losses.filtered, 10u);
}

TEST(EbpfExitFilter, PassesTheErrorsAskedFor) {
  ExitFilter filter;
  filter.errnos = {ENOENT, EBADF};
  const Filtered result = record_through(filter, [] {
    access("/nowhere/at/all", R_OK);
    access("/", R_OK);
    syscall(SYS_getpgid, 99999999);  // ESRCH
    syscall(SYS_fsync, -1);
    return 0;
  }, "access,getpgid,fsync");
  EXPECT_EQ(shown(result.seen, "access"), 1u);
  EXPECT_EQ(shown(result.seen, "fsync"), 1u);
  EXPECT_EQ(shown(result.seen, "getpgid"), 0u);
  EXPECT_EQ(result.losses.filtered, 2u);
}

TEST(EbpfExitFilter, PassesThePathsAskedFor) {
  ExitFilter filter;
  filter.path_prefixes = {"/etc/", "/usr/share/a/prefix/that/is/longer/than/a/few/words"};
  const Filtered result = record_through(filter, [] {
    access("/etc/passwd", R_OK);
    access("/etcetera", R_OK);
    access("/usr/share/a/prefix/that/is/longer/than/a/few/words/file", R_OK);
    access("/usr/share/a/prefix/that/is/longer/than/a/few/wor", R_OK);
    rename("/nowhere", "/etc/nowhere/new");
    close(open("/dev/null", O_RDONLY));
    return 0;
  }, "access,rename,openat");
  EXPECT_EQ(shown(result.seen, "access"), 2u);
  EXPECT_EQ(shown(result.seen, "rename"), 1u);
  EXPECT_EQ(shown(result.seen, "openat"), 0u);
  EXPECT_EQ(result.seen.named("openat").size(), 1u);  // it makes a descriptor: hidden
  EXPECT_EQ(result.losses.filtered, 2u);
}

TEST(EbpfExitFilter, PassesAnExecveByThePathThatIsGoneWhenItEnds) {
  for (const std::string prefix : {"/usr/", "/nowhere/"}) {
    ExitFilter filter;
    filter.path_prefixes = {prefix};
    const Filtered result = record_through(filter, [] {
      execl("/usr/bin/true", "true", nullptr);
      return 1;
    }, "execve");
    EXPECT_EQ(shown(result.seen, "execve"), prefix == "/usr/" ? 1u : 0u) << prefix;
    EXPECT_EQ(result.seen.named("execve").size(), 1u);
  }
}

TEST(EbpfExitFilter, PassesTheDescriptorsAskedFor) {
  ExitFilter filter;
  filter.fds = {700, 1023};
  const Filtered result = record_through(filter, [] {
    const int zero = open("/dev/zero", O_RDONLY);
    dup2(zero, 700);
    char byte;
    for (const int fd : {zero, 700, 1023, 700}) (void)!read(fd, &byte, 1);
    return 0;
  }, "read");
  // The first read waits at the gate since before the attach.
  ASSERT_EQ(shown(result.seen, "read"), 3u);
  EXPECT_EQ(result.losses.filtered, 2u);
}

TEST(EbpfExitFilter, PassesTheCallerAskedFor) {
  const auto body = [] {
    prctl(PR_SET_NAME, "a longer name than fits");
    syscall(SYS_getpgid, 0);
    return 0;
  };
  ExitFilter right, wrong;
  right.comm = "a longer name t";
  right.uid = getuid();
  wrong.comm = "a longer";
  EXPECT_EQ(shown(record_through(right, body, "getpgid").seen, "getpgid"), 1u);
  EXPECT_EQ(shown(record_through(wrong, body, "getpgid").seen, "getpgid"), 0u);
  wrong.comm.reset();
  wrong.uid = getuid() + 1;
  EXPECT_EQ(record_through(wrong, body, "getpgid").losses.filtered, 1u);
}

TEST(EbpfExitFilter, PassesTheCgroupAskedFor) {
  const auto body = [] {
    syscall(SYS_getpgid, 0);
    return 0;
  };
  ExitFilter filter;
  filter.cgroup = CgroupChoice{"/", 1, 0};  // every process is below the root, whose number is 1
  EXPECT_EQ(shown(record_through(filter, body, "getpgid").seen, "getpgid"), 1u);
  filter.cgroup = CgroupChoice{"/nowhere", 0xffffffffff, 1};
  EXPECT_EQ(record_through(filter, body, "getpgid").losses.filtered, 1u);
}

TEST(EbpfExitFilter, KeepsOneInSoManyOfEachCall) {
  ExitFilter filter;
  filter.sample = 10;
  const Filtered result = record_through(filter, [] {
    for (int i = 0; i < 1000; ++i) syscall(SYS_getpgid, 0);
    syscall(SYS_getsid, 0);
    return 0;
  }, "getpgid,getsid");
  const std::size_t kept = shown(result.seen, "getpgid");
  EXPECT_EQ(kept + shown(result.seen, "getsid") + result.losses.filtered, 1001u);
  // Each CPU keeps its first.
  EXPECT_GE(kept, 100u);
  EXPECT_LE(kept, 100u + static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_CONF)));
  EXPECT_EQ(shown(result.seen, "getsid"), 1u);
}

TEST(ExitFilter, SaysWhatItIs) {
  ExitFilter filter;
  EXPECT_FALSE(filter.any());
  EXPECT_EQ(filter.words(), "");
  filter.slower_than = Nanos{1'500'000};
  filter.errnos = {ENOENT};
  filter.fds = {3, 5};
  filter.sample = 4;
  EXPECT_TRUE(filter.any());
  EXPECT_EQ(filter.words(), "slower-than=1500us; errno=ENOENT; fd=3,5; sample=4");
}

TEST(ExitFilter, LetsACallInFlightPassByWhatIsKnownOfIt) {
  Call call;
  call.nr = SyscallNr{0};  // read
  call.args[0] = 5;
  call.duration = Nanos{1000};
  ExitFilter filter;
  EXPECT_TRUE(filter.may_pass(call));
  filter.fds = {4};
  EXPECT_FALSE(filter.may_pass(call));
  filter.fds = {5};
  EXPECT_TRUE(filter.may_pass(call));
  filter.slower_than = Nanos{1001};
  EXPECT_FALSE(filter.may_pass(call));
}

}  // namespace
}  // namespace sysreel
