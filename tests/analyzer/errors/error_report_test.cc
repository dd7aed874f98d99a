#include "analyzer/errors/error_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel {
namespace {

using testing::CallBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t at_fdcwd = 0xffffff9c;

CallBuilder failed_openat(std::string_view path, int error) {
  CallBuilder call("openat", {at_fdcwd, 0x1000, 0, 0});
  call.in_string(0x1000, path).fails(error);
  return call;
}

TEST(ErrorReport, GroupsByErrnoCallAndTarget) {
  ErrorReport report;
  for (int i = 0; i < 3; ++i) report.on(failed_openat("/etc/a", 2).event());
  report.on(failed_openat("/etc/a", 13).event());
  report.on(failed_openat("/etc/b", 2).event());
  const auto groups = report.groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0]->count, 3u);
  EXPECT_EQ(groups[0]->target.text, "\"/etc/a\"");
  EXPECT_EQ(groups[0]->error, 2);
}

TEST(ErrorReport, ShowsTheFirstFailureAsALineOfText) {
  ErrorReport report;
  report.on(failed_openat("/etc/a", 2).event());
  EXPECT_THAT(report.text(), HasSubstr("openat(AT_FDCWD, \"/etc/a\", O_RDONLY) = -1 ENOENT (No such file or directory)"));
}

TEST(ErrorReport, NamesADescriptorByWhatItIs) {
  ErrorReport report;
  CallBuilder write("write", {7, 0x1000, 5});
  write.in(0x1000, "hello").fails(28);
  FdFact log_file;
  log_file.pid = write.event().pid;
  log_file.fd = 7;
  log_file.kind = FdKind::file;
  log_file.path = "/var/log/app.log";
  report.on(log_file);
  report.on(write.event());
  ASSERT_EQ(report.groups().size(), 1u);
  EXPECT_EQ(report.groups()[0]->target.text, "7</var/log/app.log>");
}

TEST(ErrorReport, SuccessfulHiddenAndUnfinishedCallsAreNoFailures) {
  ErrorReport report;
  CallBuilder success("close", {3});
  success.returns(0);
  report.on(success.event());
  CallBuilder hidden("close", {3});
  hidden.fails(9).flags(call_hidden);
  report.on(hidden.event());
  CallBuilder in_flight("close", {3});
  in_flight.fails(9).flags(call_in_flight);
  report.on(in_flight.event());
  EXPECT_TRUE(report.groups().empty());
  EXPECT_THAT(report.text(), HasSubstr("no call failed: 1 calls"));
}

TEST(ErrorReport, MemoryIsBoundedByMergingTargets) {
  ErrorReport report({.group_limit = 2});
  for (const char* path : {"/a", "/b", "/c", "/d"}) report.on(failed_openat(path, 2).event());
  const auto groups = report.groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0]->target.text, "(other targets)");
  EXPECT_EQ(groups[0]->count, 2u);
  EXPECT_THAT(report.text(), HasSubstr("more than 2 different targets"));
}

TEST(ErrorReport, CountsOnlyTheCallsAskedFor) {
  ErrorReport report({.calls = abi::SyscallSet::none()});
  report.on(failed_openat("/etc/a", 2).event());
  EXPECT_TRUE(report.groups().empty());
}

TEST(ErrorReport, SaysThatLostCallsAreMissing) {
  ErrorReport report;
  report.on(failed_openat("/a", 2).event());
  EXPECT_THAT(report.text(), Not(HasSubstr("lost")));
  Loss loss;
  loss.count = 5;
  report.on(loss);
  EXPECT_THAT(report.text(), HasSubstr("5 calls happened and were lost"));
}

}  // namespace
}  // namespace sysreel
