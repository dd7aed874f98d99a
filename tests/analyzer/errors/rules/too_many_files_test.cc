// What is said when descriptors run out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

TEST(TooManyFiles, SaysWhatFillsTheTable) {
  Scenario story;
  story.snapshot(SnapshotKind::limits, "Max open files            64                   4096                 files     \n");
  for (int fd = 3; fd < 60; ++fd) story.descriptor(fd, FdKind::file, "/var/lib/app/data");
  story.descriptor(60, FdKind::socket, "socket:[4]").descriptor(61, FdKind::socket, "socket:[5]").open("/etc/hosts", emfile);
  const std::string said = story.explanation(emfile);
  EXPECT_THAT(said, HasSubstr("59 descriptors were known to be open; the limit was 64"));
  EXPECT_THAT(said, HasSubstr("57 of them are \"/var/lib/app/data\""));
  EXPECT_THAT(said, HasSubstr("2 of them are \"socket\""));
}

}  // namespace
}  // namespace sysreel::errors
