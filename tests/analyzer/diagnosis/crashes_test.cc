// Each cause of a crash on made events: a true case and what comes near it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/diagnosis/made_death.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::HasSubstr;
using testing::MadeDeath;
using testing::mapped_at;
using testing::stack_top;

constexpr std::uint64_t read_write = 3, read_only = 1, closed = 0;

TEST(NullPointer, IsAPageFaultNearZero) {
  MadeDeath death;
  const Finding& finding = death.takes({.address = 0x18}).finding();
  EXPECT_EQ(finding.rule, "null-pointer");
  EXPECT_EQ(finding.confidence, Confidence::certain);
  EXPECT_THAT(finding.sentence,
              HasSubstr("victim (pid 7) died of SIGSEGV: it wrote through a null pointer, 24 bytes behind it"));
}

TEST(NullPointer, IsOnlyProbableWithoutATrapNumber) {
  MadeDeath death;
  const Finding& finding = death.takes({.address = 0x18, .trap_known = false}).finding();
  EXPECT_EQ(finding.rule, "null-pointer");
  EXPECT_EQ(finding.confidence, Confidence::probable);
  EXPECT_THAT(finding.missing, HasSubstr("trap number"));
}

TEST(NullPointer, IsNoNonCanonicalAddress) {
  MadeDeath death;
  const Finding& finding = death.takes({.code = 128, .address = 0, .trap = 13, .error = 0}).finding();
  EXPECT_EQ(finding.rule, "non-canonical-address");
  EXPECT_EQ(finding.confidence, Confidence::certain);
}

TEST(NullCall, IsAFetchNearZero) {
  MadeDeath death;
  EXPECT_EQ(death.takes({.address = 0, .error = 0x14, .ip = 0}).finding().rule, "null-call");
}

TEST(ReadOnly, NamesTheMappingAndTheCallThatProtectedIt) {
  MadeDeath death;
  death.anonymous(4096, read_write).call(CallBuilder("mprotect", {mapped_at, 4096, read_only}));
  const Finding& finding = death.takes({.code = 2, .address = mapped_at + 8, .error = 7}).finding();
  EXPECT_EQ(finding.rule, "read-only");
  ASSERT_FALSE(finding.evidence.empty());
  EXPECT_EQ(raw(finding.evidence[0].event), 3u) << "birth, mmap, mprotect";
}

TEST(ReadOnly, IsNotARead) {
  MadeDeath death;
  EXPECT_EQ(death.anonymous(4096, read_only).takes({.code = 2, .address = mapped_at, .error = 5}).finding().rule,
            "wild-address");
}

TEST(NotExecutable, IsAFetchOfWhatIsThere) {
  MadeDeath death;
  EXPECT_EQ(death.anonymous(4096, read_write)
                .takes({.code = 2, .address = mapped_at, .error = 0x15, .ip = mapped_at})
                .finding()
                .rule,
            "not-executable");
}

TEST(UseAfterUnmap, NamesTheCallThatUnmapped) {
  MadeDeath death;
  death.anonymous(8192, read_write).call(CallBuilder("munmap", {mapped_at, 8192}));
  const Finding& finding = death.takes({.address = mapped_at + 100}).finding();
  EXPECT_EQ(finding.rule, "use-after-unmap");
  EXPECT_EQ(finding.confidence, Confidence::certain);
  ASSERT_GE(finding.evidence.size(), 2u);
  EXPECT_EQ(raw(finding.evidence[1].event), 3u);
}

TEST(UseAfterUnmap, IsNotAnAddressThatWasNeverMapped) {
  MadeDeath death;
  death.anonymous(8192, read_write).call(CallBuilder("munmap", {mapped_at, 8192}));
  EXPECT_EQ(death.takes({.address = mapped_at + 8192}).finding().rule, "wild-address");
}

TEST(UseAfterUnmap, LostCallsMakeItLessSure) {
  MadeDeath death;
  death.anonymous(8192, read_write).call(CallBuilder("munmap", {mapped_at, 8192})).lose(3);
  const Finding& finding = death.takes({.address = mapped_at}).finding();
  EXPECT_EQ(finding.confidence, Confidence::probable);
  EXPECT_THAT(finding.missing, HasSubstr("3 calls were lost"));
}

constexpr std::string_view layout = "stack 7fffffffefff 7fffffffefff\n";
constexpr std::string_view limits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max stack size            8388608              unlimited            bytes     \n";

TEST(StackOverflow, OfTheMainThreadReachesItsLimit) {
  MadeDeath death;
  death.snapshot(SnapshotKind::memory_layout, layout).snapshot(SnapshotKind::limits, limits);
  const std::uint64_t bottom = stack_top - (8 << 20);
  const Finding& finding = death.takes({.address = bottom - 8, .sp = bottom}).finding();
  EXPECT_EQ(finding.rule, "stack-overflow");
  EXPECT_EQ(finding.confidence, Confidence::certain);
  EXPECT_THAT(finding.sentence, HasSubstr("RLIMIT_STACK is 8 MiB"));
}

TEST(StackOverflow, NeedsADeepStack) {
  MadeDeath death;
  death.snapshot(SnapshotKind::memory_layout, layout).snapshot(SnapshotKind::limits, limits);
  const std::uint64_t shallow = stack_top - (1 << 20);
  EXPECT_EQ(death.takes({.address = shallow - 8, .sp = shallow}).finding().rule, "wild-address");
}

TEST(StackOverflow, OfAThreadTouchesItsGuardPage) {
  MadeDeath death;
  death.anonymous(69632, closed).call(CallBuilder("mprotect", {mapped_at + 4096, 65536, read_write}));
  const Finding& finding = death.takes({.code = 2, .address = mapped_at + 4090, .sp = mapped_at + 4096}).finding();
  EXPECT_EQ(finding.rule, "stack-overflow");
  EXPECT_THAT(finding.sentence, HasSubstr("used all 64 KiB"));
}

TEST(StackOverflow, IsNoTouchOfAClosedPageFarFromTheStack) {
  MadeDeath death;
  death.anonymous(69632, closed).call(CallBuilder("mprotect", {mapped_at + 4096, 65536, read_write}));
  EXPECT_EQ(death.takes({.code = 2, .address = mapped_at + 100}).finding().rule, "read-only");
}

// A file of 64 KiB, mapped, perhaps cut by the process itself.
MadeDeath& with_mapped_file(MadeDeath& death, bool cut, std::uint64_t inode_cut = 99) {
  for (const auto& [fd, inode] : {std::pair{3, std::uint64_t{99}}, std::pair{4, inode_cut}}) {
    FdFact fact{
        .pid = Pid{7}, .tid = Tid{7}, .fd = fd, .kind = FdKind::file, .device = 1, .inode = inode, .path = "/tmp/data"};
    death.fact(fact);
  }
  CallBuilder mmap("mmap", {0, 65536, read_write, 1, 3, 0});
  death.call(mmap.returns(static_cast<std::int64_t>(mapped_at)));
  if (cut) death.call(CallBuilder("ftruncate", {4, 4096}));
  return death;
}

constexpr MadeDeath::Taken bus{.signo = 7, .code = 2, .address = mapped_at + 20000};

TEST(TruncatedFile, NamesTheCallThatShortenedIt) {
  MadeDeath death;
  const Finding& finding = with_mapped_file(death, true).takes(bus).finding();
  EXPECT_EQ(finding.rule, "truncated-file");
  EXPECT_EQ(finding.confidence, Confidence::certain);
  EXPECT_THAT(finding.sentence, HasSubstr("byte 20000 of the mapped file /tmp/data"));
}

TEST(TruncatedFile, BlamesNobodyWhoCutAnotherFile) {
  MadeDeath death;
  const Finding& finding = with_mapped_file(death, true, 100).takes(bus).finding();
  EXPECT_EQ(finding.confidence, Confidence::probable);
  EXPECT_THAT(finding.missing, HasSubstr("who shortened the file"));
}

TEST(BadInstruction, TellsATrapFromAnUnknownInstruction) {
  MadeDeath trap;
  EXPECT_THAT(trap.takes({.signo = 4, .code = 2, .code_bytes = {0x0f, 0x0b}}).finding().sentence, HasSubstr("ud2"));
  MadeDeath unknown;
  EXPECT_THAT(unknown.takes({.signo = 4, .code = 2, .code_bytes = {0x62, 0xf1}}).finding().sentence,
              HasSubstr("does not know the instruction"));
}

TEST(Abort, QuotesAMessageThatCameInPieces) {
  MadeDeath death;
  for (const std::string_view piece : {"terminate called: ", "boom", "\n"}) {
    CallBuilder write("write", {2, 0x1000, piece.size()});
    death.call(write.in(0x1000, piece));
  }
  const Finding& finding = death.takes({.signo = 6, .code = -6, .address = 7}).finding();  // si_pid is its own
  EXPECT_EQ(finding.rule, "abort");
  EXPECT_THAT(finding.sentence, HasSubstr("after it had written \"terminate called: boom\""));
}

TEST(SentFault, IsNoCrash) {
  MadeDeath death;
  death.sent(11, 0, 20, "kill", 62);
  const Finding& finding = death.takes({.code = 0, .address = 0, .trap = 0}).finding();
  EXPECT_EQ(finding.rule, "killed-by-process");
  EXPECT_THAT(finding.sentence, HasSubstr("kill (pid 20, uid 0) sent the signal by kill"));
}

TEST(Crash, HandledIsNoDeath) {
  MadeDeath death;
  EXPECT_TRUE(death.ends(0).findings().empty());
}

}  // namespace
}  // namespace sysreel
