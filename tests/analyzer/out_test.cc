#include "analyzer/text/out.h"

#include <gtest/gtest.h>

namespace sysreel::text {
namespace {

TEST(Out, MayBeFilledAgainAfterItWasMovedFrom) {
  Out first;
  first.put("one");
  Out second(std::move(first));
  EXPECT_EQ(second.view(), "one");
  EXPECT_TRUE(first.empty());
  first.put("two");
  second = std::move(first);
  EXPECT_EQ(second.view(), "two");
  EXPECT_TRUE(first.empty());
  first.put("three");
  EXPECT_EQ(first.view(), "three");
}

}  // namespace
}  // namespace sysreel::text
