// What is said of a path that is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MissingPath, SeesTheTracesOfVariables) {
  const auto said_of = [](std::string_view path) {
    Scenario story;
    story.open(path, enoent);
    return story.explanation(enoent);
  };
  EXPECT_THAT(said_of("/opt//bin"), HasSubstr("empty component"));
  EXPECT_THAT(said_of("/opt/$HOME/x"), HasSubstr("was not expanded"));
  EXPECT_THAT(said_of("~/app.conf"), HasSubstr("begins with ~"));
  EXPECT_THAT(said_of(""), HasSubstr("the path is empty"));
  EXPECT_THAT(said_of("/config"), HasSubstr("directly under /"));
  EXPECT_THAT(said_of("/etc/app.conf\r"), HasSubstr("white space"));
  EXPECT_THAT(said_of("/etc/app.conf"), Not(HasSubstr("variable")));
}

TEST(MissingPath, SaysWhereARelativePathWasLookedUp) {
  Scenario story;
  story.snapshot(SnapshotKind::cwd, "/srv/app").open("conf/a", enoent);
  EXPECT_THAT(story.explanation(enoent), HasSubstr("was looked up as \"/srv/app/conf/a\""));
}

TEST(MissingPath, KnowsWhetherTheFolderExists) {
  constexpr std::uint64_t o_creat = 0x40;
  Scenario created, found, unknown;
  created.open("/no/dir/file", enoent, o_creat);
  EXPECT_THAT(created.explanation(enoent), HasSubstr("so the folder \"/no/dir\" does not exist"));
  found.open("/etc/app/a.conf").open("/etc/app/b.conf", enoent);
  EXPECT_THAT(found.explanation(enoent), HasSubstr("the folder \"/etc/app\" exists"));
  unknown.open("/etc/app/b.conf", enoent);
  EXPECT_THAT(unknown.explanation(enoent), Not(HasSubstr("the folder")));
}

TEST(MissingPath, TellsADanglingLinkFromNothing) {
  Scenario story;
  story.call(CallBuilder("readlink", {0x1000, 0x2000, 100}).in_string(0x1000, "/etc/alias").returns(5)).open("/etc/alias", enoent);
  EXPECT_THAT(story.explanation(enoent), HasSubstr("a link of this name exists"));
}

TEST(MissingPath, TellsAMissingInterpreterFromAMissingProgram) {
  Scenario story;
  story.stat("/usr/bin/tool").execute("/usr/bin/tool", enoent);
  EXPECT_THAT(story.explanation(enoent), HasSubstr("its interpreter"));
}

}  // namespace
}  // namespace sysreel::errors
