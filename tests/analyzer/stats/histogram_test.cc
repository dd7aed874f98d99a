#include "analyzer/stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sysreel {
namespace {

std::vector<std::int64_t> durations_over_nine_decades(unsigned count) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values(count);
  for (auto& value : values) value = static_cast<std::int64_t>(random() >> (24 + random() % 40));
  return values;
}

TEST(Histogram, PercentilesAreWithinOnePercentOfTheTruth) {
  auto values = durations_over_nine_decades(20000);
  Histogram histogram;
  for (const auto value : values) histogram.add({value});
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(fraction * static_cast<double>(values.size()) + 0.999999) - 1;
    const double truth = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.percentile(fraction).value), truth, truth * 0.01) << fraction;
  }
}

TEST(Histogram, MergingEqualsAddingEverythingToOne) {
  const auto values = durations_over_nine_decades(2000);
  Histogram whole, first, second;
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.add({values[i]});
    (i % 3 ? first : second).add({values[i]});
  }
  first.merge(second);
  EXPECT_EQ(first.total(), whole.total());
  for (const double fraction : {0.1, 0.5, 0.99}) EXPECT_EQ(first.percentile(fraction), whole.percentile(fraction));
}

TEST(Histogram, EveryValueFallsIntoItsPowerOfTwo) {
  Histogram histogram;
  for (const std::int64_t value : {0, 1, 2, 3, 4, 7, 8, 1000, 1023, 1024}) histogram.add({value});
  EXPECT_EQ(histogram.in_power_of_two(0), 2u);   // 0 and 1
  EXPECT_EQ(histogram.in_power_of_two(1), 2u);   // 2 and 3
  EXPECT_EQ(histogram.in_power_of_two(2), 2u);   // 4 and 7
  EXPECT_EQ(histogram.in_power_of_two(3), 1u);   // 8
  EXPECT_EQ(histogram.in_power_of_two(9), 2u);   // 1000 and 1023
  EXPECT_EQ(histogram.in_power_of_two(10), 1u);  // 1024
}

TEST(Histogram, AnEmptyOneHasNoPercentile) { EXPECT_EQ(Histogram{}.percentile(0.5).value, 0); }

}  // namespace
}  // namespace sysreel
