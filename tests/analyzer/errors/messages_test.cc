// Which failure a message is about.
#include "analyzer/errors/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;

ErrorGroup group_about(std::string path, int error) {
  ErrorGroup group;
  group.error = error;
  group.object = {ObjectKind::path, "", std::move(path), ""};
  return group;
}

Message saying(std::string text, bool cut = false) { return {std::move(text), "stderr", {}, cut}; }

TEST(Messages, NameTheObjectOrTellTheErrno) {
  const ErrorGroup group = group_about("/etc/app.conf", enoent);
  EXPECT_EQ(fit(saying("cannot open app.conf"), group), Consequence::reported_name);
  EXPECT_EQ(fit(saying("open failed: No such file or directory"), group), Consequence::reported_errno);
  EXPECT_EQ(fit(saying("open() failed (2: No such"), group), Consequence::reported_errno);
  EXPECT_EQ(fit(saying("[Errno 2]"), group), Consequence::reported_errno);
  EXPECT_EQ(fit(saying("Permission denied"), group), Consequence::none);
}

TEST(Messages, TheTextOfTheErrnoMayBeCutByTheRecordingOnly) {
  const ErrorGroup group = group_about("/etc/app.conf", enoent);
  EXPECT_EQ(fit(saying("start: No such file", true), group), Consequence::reported_errno);
  EXPECT_EQ(fit(saying("start: No such file", false), group), Consequence::none);
}

TEST(Messages, APathMayBeCutByTheRecording) {
  const ErrorGroup group = group_about("/etc/nginx/nginx.conf", enoent);
  EXPECT_EQ(fit(saying("nginx: configuration file /etc/n", true), group), Consequence::reported_name);
  EXPECT_EQ(fit(saying("nginx: configuration file /etc/n", false), group), Consequence::none);
  EXPECT_EQ(fit(saying("nginx: configuration file /var/l", true), group), Consequence::none);
}

TEST(Messages, AnAddressMayBeSpelledInWords) {
  ErrorGroup group;
  group.object = {ObjectKind::address, "127.0.0.1:80", inet_address(80), ""};
  EXPECT_EQ(fit(saying("Failed to connect to 127.0.0.1 port 80"), group), Consequence::reported_name);
  EXPECT_EQ(fit(saying("Failed to connect to 127.0.0.1 port 79"), group), Consequence::none);
}

TEST(Messages, AMessageInPiecesIsOne) {
  Scenario story;
  story.open("/no/file", enoent).write(2, "cat: ").write(2, "/no/file").write(2, ": No such file or directory").write(2, "\n");
  EXPECT_EQ(story.group(enoent).said.text, "cat: /no/file: No such file or directory\n");
  EXPECT_EQ(story.group(enoent).consequence, Consequence::reported_name);
}

TEST(Messages, OneThatNamesNothingIsAboutTheNearestFailure) {
  Scenario story;
  story.open("/etc/first", enoent).open("/etc/second", eacces).write(2, "fatal: cannot start\n");
  EXPECT_EQ(story.group(eacces).consequence, Consequence::reported_near);
  EXPECT_EQ(story.group(enoent).consequence, Consequence::none);
}

TEST(Messages, AmongTheNearOnesAHintDecides) {
  Scenario story;
  story.stat("/home/x/.git", enoent).stat("/HEAD", eacces).write(2, "fatal: not a git repository\n");
  EXPECT_EQ(story.group(enoent).consequence, Consequence::reported_near);
  EXPECT_EQ(story.group(eacces).consequence, Consequence::none);
}

TEST(Messages, AFailureThatWasMadeGoodBeforeIsNotMeant) {
  Scenario story;
  story.open("/opt/lib/libz.so", enoent).open("/lib/libz.so").write(2, "fatal: out of cheese\n").exits(1);
  EXPECT_EQ(story.verdict(enoent), Verdict::handled);
}

TEST(Messages, ALogIsListenedToRightAfterAFailure) {
  constexpr std::uint32_t o_append = 0x400;
  Scenario story;
  story.descriptor(4, FdKind::file, "/var/log/nginx/error.log", o_append);
  story.open("/var/www/missing.html", enoent).write(4, "2026/11/26 [error] open() \"/var");
  EXPECT_EQ(story.group(enoent).consequence, Consequence::reported_near);
  EXPECT_EQ(story.group(enoent).said.to, "/var/log/nginx/error.log");
}

TEST(Messages, ALogOfOtherThingsAccusesNobody) {
  constexpr std::uint32_t o_append = 0x400;
  Scenario story;
  story.descriptor(4, FdKind::file, "/var/log/nginx/access.log", o_append).open("/var/www/missing.html", enoent);
  for (int i = 0; i < 4; ++i) story.stat("/var/www/index.html");
  story.write(4, "127.0.0.1 GET / 200\n");
  EXPECT_EQ(story.group(enoent).consequence, Consequence::none);
}

TEST(Messages, WhatAProgramWritesToAFileIsNoMessage) {
  Scenario story;
  story.descriptor(4, FdKind::file, "/tmp/data").open("/etc/app.conf", enoent).write(4, "No such file or directory\n");
  EXPECT_EQ(story.group(enoent).consequence, Consequence::none);
}

}  // namespace
}  // namespace sysreel::errors
