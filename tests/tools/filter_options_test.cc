// The options of trace-record that the kernel obeys: what they set, and how they refuse.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tools/record_command.h"

namespace sysreel::tools {
namespace {

Result<RecordCommand> parse(std::vector<const char*> words) {
  words.push_back("true");
  return parse_record_command(words);
}

std::string refusal(std::vector<const char*> words) {
  const auto command = parse(std::move(words));
  if (command) return "accepted";
  EXPECT_EQ(command.error().kind, ErrorKind::usage);
  return command.error().message;
}

TEST(FilterOptions, SetTheFilter) {
  const auto command = parse({"--slower-than=10ms", "--errno=ENOENT,EACCES", "--path=/etc", "--path", "/usr", "--fd=0,1023", "--uid=1000",
                              "--comm=redis-server", "--sample=100"});
  ASSERT_TRUE(command) << command.error().message;
  const ExitFilter& filter = command->record.filter;
  EXPECT_EQ(filter.slower_than.value, 10'000'000);
  EXPECT_EQ(filter.errnos, (std::vector<int>{ENOENT, EACCES}));
  EXPECT_EQ(filter.path_prefixes, (std::vector<std::string>{"/etc", "/usr"}));
  EXPECT_EQ(filter.fds, (std::vector<std::uint32_t>{0, 1023}));
  EXPECT_EQ(filter.uid, 1000u);
  EXPECT_EQ(filter.comm, "redis-server");
  EXPECT_EQ(filter.sample, 100u);
}

TEST(FilterOptions, TakeTheNameOfAUser) {
  const auto command = parse({"--uid=root"});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->record.filter.uid, 0u);
}

TEST(FilterOptions, SayWhatIsWrong) {
  EXPECT_EQ(refusal({"--slower-than=soon"}), "--slower-than=soon: not a duration (examples: 10ms, 500us, 2s)");
  EXPECT_EQ(refusal({"--errno=ENOENT,ENOSUCH"}), "--errno=ENOENT,ENOSUCH: 'ENOSUCH' is the name of no error (examples: ENOENT, EACCES,EPERM)");
  EXPECT_EQ(refusal({"--fd=3,1024"}), "--fd=3,1024: '1024' is not a descriptor from 0 to 1023");
  EXPECT_EQ(refusal({"--fd="}), "--fd=: '' is not a descriptor from 0 to 1023");
  EXPECT_EQ(refusal({"--uid=nobody-of-this-name"}), "--uid=nobody-of-this-name: neither a number nor the name of a user");
  EXPECT_EQ(refusal({"--comm=a name of 16 byt"}), "--comm=a name of 16 byt: a thread's name has 1 to 15 bytes");
  EXPECT_EQ(refusal({"--sample=0"}), "--sample=0: not a positive whole number: one in so many calls of each kind is kept");
  EXPECT_EQ(refusal({"--path=a", "--path=b", "--path=c", "--path=d", "--path=e"}), "--path=e: the kernel compares with 4 beginnings at most");
  const std::string longest(128, 'x');
  EXPECT_EQ(refusal({("--path=" + longest).c_str()}), "--path=" + longest + ": the beginning of a path has 1 to 127 bytes");
}

TEST(FilterOptions, RefuseWhatCannotHoldTogether) {
  EXPECT_EQ(refusal({"--slower-than=1s", "--no-duration"}), "--slower-than and --no-duration exclude each other");
  EXPECT_EQ(refusal({"--engine=ptrace", "--count"}), "the ptrace engine cannot count calls without recording them: that is done in the kernel");
  EXPECT_EQ(refusal({"--count", "-Z"}),
            "--count counts every call of the set: -Z, -k and the filters by what a call does are for recordings");
  EXPECT_EQ(refusal({"--engine=ptrace", "--fd=3"}), "the ptrace engine cannot filter by fd=3: that is done in the kernel");
}

}  // namespace
}  // namespace sysreel::tools
