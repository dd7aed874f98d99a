// Each cause of a SIGKILL, and of statuses that look like one, on made events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/made_death.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::HasSubstr;
using testing::MadeDeath;

constexpr int sigkill = 9, si_user = 0, si_kernel = 128;
constexpr int write_call = 1, kill_call = 62;
constexpr std::string_view victim = "total-vm 70000 kB\nanon-rss 65536 kB\nfile-rss 0 kB\nshmem-rss 0 kB\n";
constexpr std::string_view cpu_limited =
    "Max cpu time              1                    2                    seconds   \n";

TEST(OomKill, IsCertainWithMarkKillAndDeath) {
  MadeDeath death;
  death.snapshot(SnapshotKind::oom_victim, victim).sent(sigkill, si_kernel, 7, "victim").ends(sigkill);
  death.snapshot(SnapshotKind::kernel_log,
                 "6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/a/b,task_memcg=/a/b\n");
  const Finding& finding = death.finding();
  EXPECT_EQ(finding.rule, "oom-kill");
  EXPECT_EQ(finding.confidence, Confidence::certain);
  EXPECT_THAT(finding.sentence, HasSubstr("while it used 64 MiB"));
  EXPECT_THAT(finding.sentence, HasSubstr("its memory cgroup /a/b reached its limit"));
}

TEST(OomKill, TellsTheMachineFromAGroup) {
  MadeDeath death;
  death.snapshot(SnapshotKind::oom_victim, victim).sent(sigkill, si_kernel, 7, "victim").ends(sigkill);
  death.snapshot(SnapshotKind::kernel_log, "6,1,1,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)\n");
  EXPECT_THAT(death.finding().sentence, HasSubstr("the machine ran out of memory"));
}

TEST(OomKill, SaysWhatIsMissingWithoutALog) {
  MadeDeath death;
  const Finding& finding =
      death.snapshot(SnapshotKind::oom_victim, victim).sent(sigkill, si_kernel, 7, "victim").ends(sigkill).finding();
  EXPECT_EQ(finding.confidence, Confidence::certain);
  EXPECT_THAT(finding.missing, HasSubstr("whether a memory cgroup or the whole machine"));
}

TEST(OomKill, IsProbableWhenNoKillWasSeen) {
  MadeDeath death;
  EXPECT_EQ(death.snapshot(SnapshotKind::oom_victim, victim).ends(sigkill).finding().confidence, Confidence::probable);
}

TEST(OomKill, NeedsTheMark) {
  MadeDeath death;
  EXPECT_EQ(death.sent(sigkill, si_kernel, 7, "victim").ends(sigkill).finding().rule, "unexplained-death")
      << "the kernel kills for other reasons, too";
}

TEST(OomKill, AMarkedProcessThatEndsByItselfWasNotKilled) {
  MadeDeath death;
  EXPECT_TRUE(death.snapshot(SnapshotKind::oom_victim, victim).ends(0).findings().empty());
}

TEST(MemoryDaemon, IsKnownByItsName) {
  for (const std::string_view name : {"systemd-oomd", "earlyoom"}) {
    MadeDeath death;
    const Finding& finding = death.sent(sigkill, si_user, 20, name, kill_call).ends(sigkill).finding();
    EXPECT_EQ(finding.rule, "memory-daemon") << name;
    EXPECT_EQ(finding.confidence, Confidence::probable) << "a name proves little";
  }
}

TEST(CpuLimit, NeedsALimit) {
  MadeDeath limited;
  limited.snapshot(SnapshotKind::limits, cpu_limited).sent(sigkill, si_kernel, 7, "victim").ends(sigkill);
  EXPECT_EQ(limited.finding().rule, "cpu-limit");
  EXPECT_THAT(limited.finding().sentence, HasSubstr("2 s (RLIMIT_CPU, hard)"));
  MadeDeath free;
  free.snapshot(SnapshotKind::limits,
                "Max cpu time              unlimited            unlimited            seconds   \n");
  EXPECT_EQ(free.sent(sigkill, si_kernel, 7, "victim").ends(sigkill).finding().rule, "unexplained-death");
}

TEST(NamespaceEnd, IsTheKernelKillingInTheNameOfADyingInit) {
  MadeDeath death;
  death.birth(5, "init").ends(0, 5).sent(sigkill, si_kernel, 5, "init").ends(sigkill);
  EXPECT_EQ(death.finding().rule, "pid-namespace-end");
  EXPECT_EQ(death.finding().confidence, Confidence::certain);
  MadeDeath unseen;
  EXPECT_EQ(unseen.sent(sigkill, si_kernel, 5, "init").ends(sigkill).finding().confidence, Confidence::probable);
}

TEST(CgroupKill, IsAWriteThatKills) {
  MadeDeath death;
  EXPECT_EQ(death.sent(sigkill, si_user, 20, "systemd", write_call).ends(sigkill).finding().rule, "cgroup-kill");
  MadeDeath by_kill;
  EXPECT_EQ(by_kill.sent(sigkill, si_user, 20, "systemd", kill_call).ends(sigkill).finding().rule, "killed-by-process");
}

TEST(Timeout, PassesItsOwnDeathOnAsANote) {
  MadeDeath death;
  EXPECT_EQ(death.sent(sigkill, si_user, 20, "timeout", kill_call).ends(sigkill).finding().severity, Severity::error);
  MadeDeath itself;
  EXPECT_EQ(itself.sent(sigkill, si_user, 7, "timeout", kill_call).ends(sigkill).finding().severity, Severity::note);
}

TEST(KilledByProcess, NamesTheSender) {
  MadeDeath death;
  const Finding& finding = death.sent(sigkill, si_user, 20, "bash", kill_call).ends(sigkill).finding();
  EXPECT_THAT(finding.sentence, HasSubstr("bash (pid 20, uid 0) sent the signal by kill"));
  EXPECT_EQ(finding.severity, Severity::error);
  MadeDeath asked;
  EXPECT_EQ(asked.sent(15, si_user, 20, "bash", kill_call).ends(15).finding().severity, Severity::note);
}

TEST(KilledByProcess, ManyDeathsOfOneSenderAreOneStory) {
  MadeDeath death;
  death.sent(sigkill, si_user, 20, "bash", kill_call).ends(sigkill).birth(7, "victim");
  death.sent(sigkill, si_user, 20, "bash", kill_call).ends(sigkill);
  ASSERT_EQ(death.findings().size(), 1u);
  EXPECT_THAT(death.findings()[0].sentence, HasSubstr("1 more process died in the same way"));
}

TEST(UnexplainedDeath, SaysThatEventsWereLost) {
  MadeDeath death;
  const Finding& finding = death.lose(4, true).ends(sigkill).finding();
  EXPECT_EQ(finding.rule, "unexplained-death");
  EXPECT_EQ(finding.confidence, Confidence::possible);
  EXPECT_THAT(finding.missing, HasSubstr("4 signals or task events were lost"));
}

CallBuilder waits_for(int child, int status) {
  CallBuilder wait("wait4", {0xffffffffffffffff, 0x1000, 0, 0});
  wait.out_object(0x1000, status).returns(child);
  return wait;
}

TEST(ChildDied, FollowsTheStatusToTheChild) {
  MadeDeath death;
  death.birth(8, "worker", 7).ends(sigkill, 8).call(waits_for(8, sigkill)).ends(137 << 8);
  const Finding& finding = death.finding();
  EXPECT_EQ(finding.rule, "child-died");
  EXPECT_EQ(finding.severity, Severity::note);
  EXPECT_THAT(finding.sentence, HasSubstr("its child worker (pid 8) died of SIGKILL; it was not killed itself"));
}

TEST(PlainStatus, IsNobodysDeath) {
  MadeDeath death;
  const Finding& finding = death.call(waits_for(8, 0)).ends(137 << 8).finding();
  EXPECT_EQ(finding.rule, "plain-status");
  EXPECT_EQ(finding.severity, Severity::note);
}

TEST(PlainStatus, OrdinaryFailuresAreNotMentioned) {
  MadeDeath death;
  EXPECT_TRUE(death.ends(1 << 8).findings().empty());
}

CallBuilder refused_mapping() {
  CallBuilder mmap("mmap", {0, 1 << 30, 3, 0x22, 0xffffffffffffffff, 0});
  mmap.fails(12);
  return mmap;
}
constexpr std::string_view space_limited =
    "Max address space         536870912            536870912            bytes     \n";

TEST(AddressSpaceLimit, ComparesTheRequestWithTheLimit) {
  MadeDeath death;
  CallBuilder says("write", {2, 0x1000, 13});
  says.in(0x1000, "out of memory");
  death.snapshot(SnapshotKind::limits, space_limited).call(refused_mapping()).call(says).ends(1 << 8);
  EXPECT_EQ(death.finding().rule, "address-space-limit");
  EXPECT_EQ(death.finding().confidence, Confidence::certain);
}

TEST(AddressSpaceLimit, IsOnlyPossibleWithoutOne) {
  MadeDeath death;
  const Finding& finding = death.call(refused_mapping()).ends(1 << 8).finding();
  EXPECT_EQ(finding.confidence, Confidence::possible);
  EXPECT_THAT(finding.missing, HasSubstr("no limit of address space was recorded"));
}

TEST(AddressSpaceLimit, ARefusalThatDidNoHarmIsNotMentioned) {
  MadeDeath death;
  EXPECT_TRUE(death.snapshot(SnapshotKind::limits, space_limited).call(refused_mapping()).ends(0).findings().empty());
}

}  // namespace
}  // namespace sysreel
