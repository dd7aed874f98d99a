// What is said when something is full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/errors/scenario.h"

namespace sysreel::errors {
namespace {

using namespace sysreel::testing;
using ::testing::HasSubstr;

TEST(NoSpace, NamesTheMount) {
  Scenario story;
  story.snapshot(SnapshotKind::mountinfo, "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / /tmp rw - tmpfs t rw\n");
  story.descriptor(5, FdKind::file, "/tmp/big").write(5, "x", enospc);
  EXPECT_THAT(story.explanation(enospc), HasSubstr("mount /tmp (tmpfs)"));
  EXPECT_THAT(story.explanation(enospc), HasSubstr("df -i"));
}

TEST(NoSpace, InotifyWatchesAreNoDisk) {
  Scenario story;
  story.call(CallBuilder("inotify_add_watch", {3, 0x1000, 1}).in_string(0x1000, "/srv").fails(enospc));
  EXPECT_THAT(story.explanation(enospc), HasSubstr("max_user_watches"));
}

}  // namespace
}  // namespace sysreel::errors
