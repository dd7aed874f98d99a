// How failures form groups, and that memory stays bounded.
#include "analyzer/errors/error_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorReport, GroupsByErrnoCallAndObject) {
  Scenario story;
  story.open("/etc/a", enoent).open("/etc/a", enoent).open("/etc/a", enoent).open("/etc/a", eacces).open("/etc/b", enoent);
  EXPECT_EQ(story.report.groups().size(), 3u);
  EXPECT_EQ(story.group(enoent).count, 3u);
  EXPECT_EQ(story.group(enoent).object.text, "\"/etc/a\"");
  EXPECT_EQ(story.group(eacces).count, 1u);
}

TEST(ErrorReport, ShowsTheFirstFailureAsALineOfText) {
  Scenario story;
  story.open("/etc/a", eacces);
  EXPECT_EQ(story.group(eacces).example, "openat(AT_FDCWD, \"/etc/a\", O_RDONLY) = -1 EACCES (Permission denied)");
}

TEST(ErrorReport, NamesADescriptorByWhatItIs) {
  Scenario story;
  story.descriptor(7, FdKind::file, "/var/log/app.log").write(7, "hello", enospc);
  EXPECT_EQ(story.group(enospc).object.text, "7</var/log/app.log>");
}

TEST(ErrorReport, ConnectionsToOneServiceAreOneObject) {
  Scenario story;
  for (int client = 40000; client < 40010; ++client) {
    story.socket(client - 39990, inet_address(6379), inet_address(client)).read(client - 39990, econnreset);
  }
  EXPECT_EQ(story.group(econnreset).count, 10u);
}

TEST(ErrorReport, ARelativePathIsAnotherObjectInAnotherFolder) {
  Scenario story;
  story.snapshot(SnapshotKind::cwd, "/one").open("a", enoent).snapshot(SnapshotKind::cwd, "/two").open("a", enoent);
  EXPECT_EQ(story.report.groups().size(), 2u);
  EXPECT_EQ(story.group(enoent).object.text, "\"a\" in /one");
}

TEST(ErrorReport, SuccessfulHiddenAndUnfinishedCallsAreNoFailures) {
  Scenario story;
  story.call(CallBuilder("close", {3}).returns(0));
  story.call(CallBuilder("close", {3}).fails(ebadf).flags(call_hidden));
  story.call(CallBuilder("close", {3}).fails(ebadf).flags(call_in_flight));
  EXPECT_THAT(story.text(), HasSubstr("no call failed: 1 calls"));
}

TEST(ErrorReport, MemoryIsBoundedByMergingObjects) {
  ErrorReport report({.group_limit = 2});
  for (const char* path : {"/a", "/b", "/c", "/d"}) {
    report.on(CallBuilder("openat", {at_fdcwd, 0x1000, 0, 0}).in_string(0x1000, path).fails(eacces).event());
  }
  report.finish();
  ASSERT_EQ(report.groups().size(), 3u);
  EXPECT_EQ(report.groups()[2]->object.text, "(other objects)");
  EXPECT_EQ(report.groups()[2]->count, 2u);
  EXPECT_THAT(report_text(report, {}), HasSubstr("too many different objects failed"));
}

TEST(ErrorReport, CountsOnlyTheCallsAskedFor) {
  ErrorReport report({.calls = abi::SyscallSet::none()});
  report.on(CallBuilder("close", {3}).fails(ebadf).event());
  EXPECT_TRUE(report.groups().empty());
}

TEST(ErrorReport, FailuresThatAreAnswersFormOneGroupWhateverTheObject) {
  Scenario story;
  for (const char* path : {"/a", "/b", "/c"}) {
    story.call(CallBuilder("getxattr", {0x1000, 0x2000, 0, 0}).in_string(0x1000, path).in_string(0x2000, "user.x").fails(61));
  }
  EXPECT_EQ(story.group(61).count, 3u);
  EXPECT_EQ(story.verdict(61), Verdict::handled);
}

TEST(ErrorReport, SaysThatLostCallsAreMissing) {
  Scenario story;
  story.open("/a", enoent);
  EXPECT_THAT(report_text(story.report, {}), Not(HasSubstr("lost")));
  story.event(Loss{.count = 5});
  EXPECT_THAT(report_text(story.report, {}), HasSubstr("5 calls happened and were lost"));
}

}  // namespace
}  // namespace sysreel::errors
