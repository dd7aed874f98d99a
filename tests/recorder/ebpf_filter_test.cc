// What is recorded and what is not: filters, hidden calls, and that nothing stays behind in the kernel.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <set>

#include "tests/recorder/engine_harness.h"

namespace sysreel {
namespace {

using namespace sysreel::testing;

int mixed_calls() {
  syscall(SYS_getpgid, 0);
  const int fd = open("/dev/null", O_RDONLY);
  syscall(SYS_getpgid, 99999999);
  close(fd);
  close(-1);
  return 0;
}

TEST(EbpfFilter, KeepsStateChangingCallsHiddenUnlessTheFilterIsStrict) {
  RecordOptions options;
  options.wanted = only("getpgid");
  Collector loose, strict;
  record(loose, mixed_calls, options);
  options.strict_filter = true;
  record(strict, mixed_calls, options);
  for (const SeenCall& call : loose.calls) EXPECT_EQ(call.call.has(call_hidden), call.name() != "getpgid") << call.name();
  EXPECT_EQ(loose.named("openat").size(), 1u);
  EXPECT_EQ(loose.named("close").size(), 2u);
  EXPECT_EQ(loose.named("getpgid").size(), 2u);
  EXPECT_EQ(strict.calls.size(), 2u);
}

TEST(EbpfFilter, DropsSuccessfulCallsWhereOnlyFailuresAreWanted) {
  RecordOptions options;
  options.failed_only = true;
  options.strict_filter = true;
  Collector strict;
  record(strict, mixed_calls, options);
  std::multiset<std::string> names;
  for (const SeenCall& call : strict.calls) {
    if (!call.call.has(call_in_flight) && !call.call.has(call_no_result)) names.insert(call.name());
  }
  EXPECT_EQ(names, (std::multiset<std::string>{"getpgid", "close"}));

  options.strict_filter = false;
  Collector loose;
  record(loose, mixed_calls, options);
  ASSERT_EQ(loose.named("openat").size(), 1u);
  EXPECT_TRUE(loose.named("openat")[0]->call.has(call_hidden));
  ASSERT_EQ(loose.named("close").size(), 2u);
  EXPECT_TRUE(loose.named("close")[0]->call.has(call_hidden));
  EXPECT_FALSE(loose.named("close")[1]->call.has(call_hidden));
}

TEST(EbpfFilter, AnnouncesEntriesWithTheirInputs) {
  RecordOptions options;
  options.announce_entries = true;
  Collector seen;
  record(seen, [] {
    char path[] = "/etc/passwd";  // on the stack: resident, so that it can be read at entry
    syscall(SYS_access, path, 0);
    return 0;
  }, options);
  const auto calls = seen.named("access");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_TRUE(calls[0]->call.has(call_in_flight));
  EXPECT_FALSE(calls[1]->call.has(call_in_flight));
  for (const SeenCall* call : calls) {
    ASSERT_TRUE(call->at(0, Phase::entry));
    EXPECT_EQ(call->at(0, Phase::entry)->data, std::string("/etc/passwd\0", 12));
    EXPECT_FALSE(call->call.has(call_late_input));
  }
}

TEST(EbpfFilter, MeasuresTheTimeOnACpuInsideACall) {
  Collector seen;
  record(seen, [] {
    usleep(50'000);
    std::string zeros(8 << 20, '\0');
    const int fd = open("/dev/zero", O_RDONLY);
    (void)!read(fd, zeros.data(), zeros.size());
    return 0;
  });
  for (const SeenCall& call : seen.calls) {
    if (call.call.has(call_in_flight) || call.call.has(call_start_unknown) || call.call.has(call_no_result)) continue;
    EXPECT_GE(call.call.on_cpu.value, 0) << call.name();
    EXPECT_LE(call.call.on_cpu.value, call.call.duration.value) << call.name();
  }
  const auto naps = seen.named("clock_nanosleep");
  ASSERT_EQ(naps.size(), 1u);
  EXPECT_LT(naps[0]->call.on_cpu.value, naps[0]->call.duration.value / 2);
}

TEST(EbpfFilter, LeavesNothingInTheKernelWhenTheRecorderIsKilled) {
  const auto programs = [] {
    std::set<std::uint32_t> ids;
    for (__u32 id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
      const int fd = bpf_prog_get_fd_by_id(id);
      bpf_prog_info info{};
      __u32 size = sizeof info;
      if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && std::string_view(info.name) == "on_sys_exit") ids.insert(id);
      if (fd >= 0) close(fd);
    }
    return ids;
  };
  Tracee tracee([] {
    while (true) usleep(1'000);
    return 0;
  });
  tracee.go();
  const auto before = programs();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t recorder = fork();
  if (recorder == 0) {
    auto source = open_ebpf_source({});
    const bool attached = source && (*source)->attach(tracee.pid());
    (void)!write(ready[1], attached ? "y" : "n", 1);
    pause();
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  std::set<std::uint32_t> added;
  for (const auto id : programs()) {
    if (!before.count(id)) added.insert(id);
  }
  EXPECT_FALSE(added.empty());
  kill(recorder, SIGKILL);
  waitpid(recorder, nullptr, 0);
  const auto mine_left = [&] {
    const auto now = programs();
    return std::any_of(added.begin(), added.end(), [&now](std::uint32_t id) { return now.count(id) != 0; });
  };
  for (int i = 0; i < 100 && mine_left(); ++i) usleep(50'000);  // the kernel frees programs after a grace period
  EXPECT_FALSE(mine_left());
  EXPECT_EQ(kill(raw(tracee.pid()), 0), 0);
}

}  // namespace
}  // namespace sysreel
