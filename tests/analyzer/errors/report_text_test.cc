// The first screen of trace-report --errors.
#include "analyzer/errors/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ErrorText, TellsTheAnswerFirst) {
  Scenario story;
  story.event(Snapshot{.pid = Pid{100}, .tid = Tid{100}, .time = {}, .kind = SnapshotKind::comm,
                       .data = {reinterpret_cast<const std::byte*>("cat"), 3}});
  story.open("/etc/ld.so.preload", enoent).open("/no/such/file", enoent);
  story.write(2, "cat: /no/such/file: No such file or directory\n").exits(1);
  const std::string text = story.text();
  EXPECT_THAT(text, StartsWith("2 of 3 calls failed: 1 suspect, 0 unclear, 1 handled\ncat[100] exited with status 1 at "));
  EXPECT_THAT(text, HasSubstr("\n1. suspect: ENOENT openat \"/no/such/file\" (No such file or directory)\n   cat[100], once, at "));
  EXPECT_THAT(text, HasSubstr("\n   then wrote to stderr: \"cat: /no/such/file: No such file or directory\\n\"; then exited with status 1\n"));
  EXPECT_THAT(text, HasSubstr("\n   openat(AT_FDCWD, \"/no/such/file\", O_RDONLY) = -1 ENOENT (No such file or directory)\n"));
  EXPECT_THAT(text, HasSubstr("\n       1  ENOENT openat \"/etc/ld.so.preload\": the dynamic loader looks for it [cat[100]]\n"));
}

TEST(ErrorText, LetsNothingOfTheTracedProgramReachTheTerminal) {
  const std::string evil = "/tmp/\x1b[2J\x07\x9b" "31m";
  Scenario story;
  story.event(Snapshot{.pid = Pid{100}, .tid = Tid{100}, .time = {}, .kind = SnapshotKind::comm,
                       .data = {reinterpret_cast<const std::byte*>("\x1b[31m"), 5}});
  story.descriptor(7, FdKind::file, evil, 0x401).snapshot(SnapshotKind::cwd, evil);
  story.open(evil, eacces).open("x" + evil, enoent).write(7, evil, enospc).write(2, evil + "\n");
  story.open(evil, emfile).write(7, evil + "\n").exits(1);
  const std::string text = story.text();
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\n') || byte == 0x7f || byte == 0x9b;
  })) << ::testing::PrintToString(text);
}

TEST(ErrorText, ShowsSoManyAndSaysHowManyMore) {
  Scenario story;
  for (int i = 0; i < 30; ++i) story.open("/data/file" + std::to_string(i), enoent);
  EXPECT_THAT(story.text(), HasSubstr("… and 22 more: -v shows all"));
  EXPECT_THAT(report_text(story.report, {}, everything), HasSubstr("/data/file29"));
}

TEST(ErrorText, SaysWhereAMessageWasCut) {
  Scenario story;
  story.header.string_limit = 32;
  story.report.begin(story.header);
  story.open("/etc/app.conf", enoent);
  story.call(CallBuilder("write", {2, 0x1000, 100}).in(0x1000, "cannot open /etc/app.co", BlockEnd::limit).returns(100));
  EXPECT_THAT(story.text(), HasSubstr("messages are cut at 32 bytes: recorded with -s 256 they tell more\n"));
}

TEST(ErrorText, TellsHowRetriesAreSpaced) {
  Scenario story;
  for (int i = 0; i < 4; ++i) story.connect(3, inet_address(5432), econnrefused);
  EXPECT_THAT(story.text(), HasSubstr("tried 4 times, 1 ms apart at first and 1 ms at last: the caller does not back off"));
}

}  // namespace
}  // namespace sysreel::errors
