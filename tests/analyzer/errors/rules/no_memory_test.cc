// What is said when memory is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(NoMemory, ComparesWithTheLimits) {
  Scenario story;
  story.snapshot(SnapshotKind::limits,
                 "Max data size             unlimited            unlimited            bytes     \n"
                 "Max address space         1048576              1048576              bytes     \n");
  story.call(CallBuilder("mmap", {0, 4194304, 3, 0x22, ~0ull, 0}).fails(enomem));
  EXPECT_THAT(story.explanation(enomem), HasSubstr("4194304 bytes were asked for"));
  EXPECT_THAT(story.explanation(enomem), HasSubstr("Max address space was 1048576"));
  EXPECT_THAT(story.explanation(enomem), Not(HasSubstr("data size")));
}

}  // namespace
}  // namespace sysreel::errors
