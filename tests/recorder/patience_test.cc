#include "recorder/ptrace/patience.h"

#include <gtest/gtest.h>

#include <array>

namespace sysreel {
namespace {

// Waits `count` times on a machine where each manner takes as long as told; returns how often each was used.
std::array<int, 3> wait(Patience& patience, int count, std::array<std::int64_t, 3> times) {
  std::array<int, 3> used{};
  for (int i = 0; i < count; ++i) {
    const auto manner = static_cast<std::size_t>(patience.manner());
    ++used[manner];
    patience.came_after(Nanos{times[manner]});
  }
  return used;
}

TEST(Patience, KeepsTheMannerAfterWhichStopsComeSoonest) {
  for (const std::size_t best : {0, 1, 2}) {
    Patience patience(2);
    std::array<std::int64_t, 3> times{40'000, 40'000, 40'000};
    times[best] = 10'000;
    EXPECT_GT(wait(patience, 20'000, times)[best], 18'000) << best;
  }
}

TEST(Patience, SleepsWhereBeingAwakeGainsLittle) {
  Patience patience(2);
  EXPECT_GT(wait(patience, 20'000, {40'000, 38'000, 39'000})[0], 18'000);
}

TEST(Patience, ChangesWithTheMachine) {
  Patience patience(2);
  wait(patience, 5'000, {40'000, 40'000, 10'000});
  EXPECT_GT(wait(patience, 20'000, {40'000, 100'000, 90'000})[0], 14'000);
}

TEST(Patience, NeverLooksOnASingleCpu) {
  Patience patience(1);
  EXPECT_EQ(wait(patience, 10'000, {40'000, 20'000, 1})[2], 0);
}

TEST(Patience, SleepsOnceNothingCame) {
  Patience patience(2);
  wait(patience, 1'000, {40'000, 40'000, 10'000});
  ASSERT_EQ(patience.manner(), Waiting::looking);
  patience.nothing_came();
  EXPECT_EQ(patience.manner(), Waiting::asleep);
  patience.came_after(Nanos{5'000'000});
  EXPECT_EQ(patience.manner(), Waiting::looking);
}

TEST(Patience, GivesUpSoonWhatIsMuchWorse) {
  Patience patience(2);
  EXPECT_LT(wait(patience, 20'000, {20'000, 3'000'000, 20'000})[1], 100);
}

TEST(Patience, SleepsInACrowdAndTriesAnewBehindIt) {
  bool crowded = true;
  Patience patience(2, [&] { return crowded; });
  EXPECT_LE(wait(patience, 5'000, {40'000, 40'000, 10'000})[2], 1);
  crowded = false;
  EXPECT_GT(wait(patience, 20'000, {40'000, 40'000, 10'000})[2], 17'000);
  crowded = true;
  EXPECT_LT(wait(patience, 5'000, {40'000, 40'000, 10'000})[2], 300);
}

TEST(Patience, CallsThatBlockDecideNothing) {
  Patience patience(2);
  EXPECT_GT(wait(patience, 20'000, {900'000'000, 500'000'000, 100'000'000})[0], 18'000);
}

}  // namespace
}  // namespace sysreel
