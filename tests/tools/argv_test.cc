#include "tools/argv.h"

#include <gtest/gtest.h>

namespace sysreel::tools {
namespace {

NormalArgv normalise(std::vector<const char*> words) { return normalise_argv(words, option_rows()); }

// Spellings and values, as "-s=32 --trace=open".
std::string given(const NormalArgv& argv) {
  std::string text;
  for (const GivenOption& option : argv.options) {
    text += (text.empty() ? "" : " ") + option.spelling + (option.value ? "=" + *option.value : "");
  }
  return text;
}

TEST(Argv, TakesClustersApart) { EXPECT_EQ(given(normalise({"-ttTfo", "log", "-s32"})), "-t -t -T -f -o=log -s=32"); }

TEST(Argv, TheFirstWordThatIsNoOptionEndsTheParsing) {
  const NormalArgv argv = normalise({"-f", "ls", "-l", "--", "-s"});
  EXPECT_EQ(given(argv), "-f");
  EXPECT_EQ(argv.operands, (std::vector<std::string>{"ls", "-l", "--", "-s"}));
}

TEST(Argv, ADoubleDashEndsTheOptionsAndASingleOneIsAWord) {
  EXPECT_EQ(normalise({"-f", "--", "-l"}).operands, (std::vector<std::string>{"-l"}));
  EXPECT_EQ(normalise({"-", "-f"}).operands, (std::vector<std::string>{"-", "-f"}));
}

TEST(Argv, ValuesOfLongOptionsAreAttachedOrFollow) {
  EXPECT_EQ(given(normalise({"--string-limit=5", "--output", "-x", "--trace="})), "--string-limit=5 --output=-x --trace=");
}

TEST(Argv, OptionalValuesAreOnlyTakenWhenAttached) {
  const NormalArgv argv = normalise({"-r", "--relative-timestamps", "--syscall-times=ns", "ns"});
  EXPECT_EQ(given(argv), "-r --relative-timestamps --syscall-times=ns");
  EXPECT_EQ(argv.operands, (std::vector<std::string>{"ns"}));
}

TEST(Argv, LongNamesMayBeAbbreviatedToWhatIsUnambiguous) {
  EXPECT_EQ(given(normalise({"--abs=ns", "--sig=none", "--summary"})), "--absolute-timestamps=ns --signals=none --summary");
  EXPECT_EQ(given(normalise({"--stack"})), "") << "stack-trace and stack-trace-frame-limit";
  EXPECT_EQ(given(normalise({"--daemoni"})), "--daemonize") << "several spellings of one option are not ambiguous";
}

TEST(Argv, MistakesAreThoseOfGetopt) {
  EXPECT_EQ(normalise({"-j"}).mistake, "invalid option -- 'j'");
  EXPECT_EQ(normalise({"-o"}).mistake, "option requires an argument -- 'o'");
  EXPECT_EQ(normalise({"--output"}).mistake, "option '--output' requires an argument");
  EXPECT_EQ(normalise({"--follow-forks=1"}).mistake, "option '--follow-forks' doesn't allow an argument");
  EXPECT_EQ(normalise({"--nonsense"}).mistake, "unrecognized option '--nonsense'");
  EXPECT_EQ(normalise({"--su"}).mistake.substr(0, 41), "option '--su' is ambiguous; possibilities");
}

TEST(Argv, WhatStandsBeforeAMistakeIsStillGiven) { EXPECT_EQ(given(normalise({"-f", "-j", "-t"})), "-f"); }

}  // namespace
}  // namespace sysreel::tools
