// Which failures are made good by what follows, and which become suspects.
#include "analyzer/errors/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;

TEST(Verdict, ASearchAlongPathEndsWithTheProgramFound) {
  Scenario story;
  story.execute("/usr/local/bin/cc", enoent).execute("/usr/bin/cc", enoent).execute("/bin/cc");
  EXPECT_EQ(story.verdict(enoent), Verdict::handled);
}

TEST(Verdict, ASearchAlongPathInVainIsSuspectAndShownOnce) {
  Scenario story;
  story.execute("/usr/bin/cc", enoent).execute("/bin/cc", enoent).write(2, "sh: 1: cc: not found\n").exits(127);
  const auto failures = ranked((story.group(enoent), story.report.groups()));
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].verdict, Verdict::suspect);
  EXPECT_EQ(failures[0].count, 2u);
  EXPECT_EQ(failures[0].elsewhere.size(), 1u);
}

TEST(Verdict, ALibraryFoundInTheNextFolderIsHandled) {
  Scenario story;
  story.open("/opt/lib/libz.so.1", enoent).open("/lib/libz.so.1");
  EXPECT_EQ(story.verdict(enoent), Verdict::handled);
}

TEST(Verdict, AnotherFileOfAnotherNameHealsNothing) {
  Scenario story;
  story.open("/etc/app.conf", enoent).open("/etc/passwd");
  EXPECT_EQ(story.verdict(enoent), Verdict::unclear);
}

TEST(Verdict, LookingAtAFileDoesNotHealThatItCouldNotBeOpened) {
  Scenario story;
  story.open("/etc/shadow", eacces).stat("/etc/shadow");
  EXPECT_EQ(story.verdict(eacces), Verdict::suspect);
}

TEST(Verdict, NothingToReadBeforeWaitingIsHandled) {
  Scenario story;
  story.read(5, eagain).call(CallBuilder("epoll_wait", {4, 0x1000, 10, 0}).returns(0));
  EXPECT_EQ(story.verdict(eagain), Verdict::handled);
  EXPECT_EQ(story.group(eagain).handled, 1u);
}

TEST(Verdict, AFullPipeThatDrainsIsHandledAndTheWaitIsMeasured) {
  Scenario story;
  story.write(5, "x", eagain).write(5, "x", eagain).write(5, "x");
  EXPECT_EQ(story.verdict(eagain), Verdict::handled);
  EXPECT_EQ(story.group(eagain).longest_wait.value, 2'000'000);
}

TEST(Verdict, AFullPipeThatNeverDrainsIsSuspect) {
  Scenario story;
  for (int i = 0; i < 3; ++i) story.write(5, "x", eagain);
  EXPECT_EQ(story.verdict(eagain), Verdict::suspect);
}

TEST(Verdict, AskingInATightLoopIsSuspect) {
  Scenario story;
  for (int i = 0; i < 1000; ++i) story.read(5, eagain);
  story.read(5);
  EXPECT_EQ(story.verdict(eagain), Verdict::suspect);
}

TEST(Verdict, AConnectInProgressThatSucceedsIsHandled) {
  Scenario story;
  story.connect(3, inet_address(80), einprogress).so_error(3, 0);
  EXPECT_EQ(story.verdict(einprogress), Verdict::handled);
}

TEST(Verdict, AConnectInProgressThatFailsIsTheFailureItTurnsOutToBe) {
  Scenario story;
  story.connect(3, inet_address(80), einprogress).so_error(3, econnrefused);
  EXPECT_EQ(story.verdict(einprogress), Verdict::handled);
  EXPECT_EQ(story.verdict(econnrefused), Verdict::suspect);
  EXPECT_EQ(story.group(econnrefused).call, "connect");
  EXPECT_EQ(story.group(econnrefused).object.text, "127.0.0.1:80");
}

TEST(Verdict, ARetryThatSucceedsIsHandled) {
  Scenario story;
  story.connect(3, inet_address(80), econnrefused).call(CallBuilder("close", {3})).connect(3, inet_address(80));
  EXPECT_EQ(story.verdict(econnrefused), Verdict::handled);
}

TEST(Verdict, ASuccessAtAnotherServiceHealsNothing) {
  Scenario story;
  story.connect(3, inet_address(80), econnrefused).connect(4, inet_address(81));
  EXPECT_EQ(story.verdict(econnrefused), Verdict::suspect);
}

TEST(Verdict, TheLastFailureBeforeASilentBadEndIsSuspect) {
  Scenario story;
  story.open("/etc/app.conf", enoent).exits(1);
  EXPECT_EQ(story.verdict(enoent), Verdict::suspect);
  EXPECT_EQ(story.group(enoent).end_status, 1 << 8);
}

TEST(Verdict, AnAbortIsABadEnd) {
  Scenario story;
  story.open("/etc/app.conf", enoent).dies(6);
  EXPECT_EQ(story.verdict(enoent), Verdict::suspect);
}

TEST(Verdict, AGoodEndOrAKillFromOutsideAccusesNobody) {
  for (const bool killed : {false, true}) {
    Scenario story;
    story.open("/etc/app.conf", enoent);
    killed ? story.dies(15) : story.exits(0);
    EXPECT_EQ(story.verdict(enoent), Verdict::unclear);
  }
}

TEST(Verdict, AProbeOfTheCLibraryIsNotAccusedByABadEnd) {
  Scenario story;
  story.open("/etc/app.conf", enoent).open("/usr/share/locale/de/LC_MESSAGES/app.mo", enoent).exits(1);
  const auto failures = ranked((story.group(enoent), story.report.groups()));
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].group->object.name, "/etc/app.conf");
  EXPECT_EQ(failures[1].verdict, Verdict::handled);
}

TEST(Verdict, ConsequenceRanksBeforeFrequency) {
  Scenario story;
  for (int i = 0; i < 100; ++i) story.open("/etc/often", enoent);
  story.open("/etc/app.conf", enoent).write(2, "app: cannot read /etc/app.conf\n").exits(1);
  const auto failures = ranked((story.group(enoent), story.report.groups()));
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].group->object.name, "/etc/app.conf");
}

TEST(Verdict, WhatWasWantedIsSoAlready) {
  Scenario story;
  story.call(CallBuilder("mkdir", {0x1000, 0777}).in_string(0x1000, "/var/cache/app").fails(eexist)).exits(1);
  EXPECT_EQ(story.verdict(eexist), Verdict::handled);
  Scenario told;
  told.call(CallBuilder("mkdir", {0x1000, 0777}).in_string(0x1000, "/var/cache/app").fails(eexist));
  told.write(2, "mkdir: cannot create '/var/cache/app': File exists\n").exits(1);
  EXPECT_EQ(told.verdict(eexist), Verdict::suspect) << "unless the program complains";
}

}  // namespace
}  // namespace sysreel::errors
