// The text in which tallies stand in a reel.
#include "format/call_tally.h"

#include <gtest/gtest.h>

namespace sysreel {
namespace {

TEST(CallTally, ComesBackFromItsText) {
  const std::vector<CallTally> tallies = {
      {Abi::x86_64, SyscallNr{0}, 1000, 3, Nanos{123456}, Nanos{999}, {{Nanos{95}, 990}, {Nanos{1023}, 10}}},
      {Abi::i386, SyscallNr{4}, 1, 0, Nanos{0}, Nanos{0}, {}},
  };
  const std::string text = text_of(tallies);
  EXPECT_EQ(text, "0 0 1000 3 123456 999 95:990,1023:10\n1 4 1 0 0 0 -\n");
  const auto read = parse_tallies(text);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(text_of(*read), text);
  EXPECT_EQ((*read)[0].durations[1].calls, 10u);
}

TEST(CallTally, RefusesWhatIsNone) {
  for (const char* const text : {"x", "0 0 1 0 0 0", "0 0 1 0 0 0 5", "0 0 1 0 0 0 5:", "0 0 -1 0 0 0 -", "9 0 1 0 0 0 -", "0 0 1 0 0 0 5:1,x:2",
                                 "0 0 99999999999999999999 0 0 0 -", "0 -5 1 0 0 0 -", "\n"}) {
    const auto read = parse_tallies(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::damaged);
  }
}

}  // namespace
}  // namespace sysreel
