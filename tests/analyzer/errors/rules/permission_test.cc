// What is said of missing rights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Permission, ShowsWhoAskedAndWhere) {
  Scenario story;
  story.snapshot(SnapshotKind::status, "Name:\tapp\nUid:\t33\t33\t33\t33\nCapEff:\t0000000000000000\nSeccomp:\t0\n");
  story.snapshot(SnapshotKind::mountinfo, "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /srv rw,noexec - xfs /dev/b rw\n");
  story.open("/srv/data", eacces);
  EXPECT_THAT(story.explanation(eacces), HasSubstr("user ids \"33\\t33\\t33\\t33\""));
  EXPECT_THAT(story.explanation(eacces), HasSubstr("mount /srv (xfs)"));
  EXPECT_THAT(story.explanation(eacces), Not(HasSubstr("seccomp")));
}

TEST(Permission, NamesTheCapability) {
  Scenario story;
  story.call(CallBuilder("chroot", {0}).fails(eperm));
  story.call(CallBuilder("sethostname", {0x1000, 1}).fails(eperm));
  EXPECT_THAT(story.explanation(eperm), Not(HasSubstr("CAP_SYS_ADMIN"))) << "of the first call";
  Scenario other;
  other.call(CallBuilder("sethostname", {0x1000, 1}).fails(eperm));
  EXPECT_THAT(other.explanation(eperm), HasSubstr("CAP_SYS_ADMIN"));
}

TEST(Permission, KnowsThatASeccompFilterRefused) {
  Scenario story;
  story.call(CallBuilder("getpid", {}).fails(eperm).flags(call_no_entry));
  EXPECT_THAT(story.explanation(eperm), HasSubstr("a seccomp filter refused it"));
  EXPECT_THAT(story.explanation(eperm), HasSubstr("seccomp profile"));
}

}  // namespace
}  // namespace sysreel::errors
