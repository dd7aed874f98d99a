// io_uring_register(2): resources that are longer than known, operations that take one structure, counts of zero.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000;

std::string registered(std::uint64_t operation, std::string_view bytes, std::uint64_t count) {
  CallBuilder call("io_uring_register", {3, operation, at, count});
  std::string text = render(call.in(at, bytes, BlockEnd::fault).fails(22));
  const std::size_t begin = text.find(", ", text.find(", ") + 2) + 2;
  return text.substr(begin, text.find(" = ") - begin);
}

TEST(Uring, ShowsWhatIsBehindAResourceIfItIsNotZero) {
  std::string resource(40, '\0');
  EXPECT_EQ(registered(13, resource, 40), "{nr=0, flags=0, data=NULL, tags=NULL}, 40)");
  resource[39] = '\x7f';
  EXPECT_EQ(registered(13, resource, 40), "{nr=0, flags=0, data=NULL, tags=NULL, /* bytes 32..39 */ \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x7f\"}, 40)");
  EXPECT_EQ(registered(13, resource, 48), "{nr=0, flags=0, data=NULL, tags=NULL, ???}, 48)");
  EXPECT_EQ(registered(13, resource, 24), "0x1000, 24)");
}

TEST(Uring, ShowsTheFilesThatTheCallSaysThereAre) {
  std::string update(16, '\0');
  update[1] = '\x01';
  update[9] = '\x20';
  EXPECT_EQ(registered(6, update, 0), "{offset=256, fds=[]}, 0)");
}

TEST(Uring, ShowsTheOneStructureThatAnOperationTakes) {
  std::string range(16, '\0');
  range[0] = 5;
  EXPECT_EQ(registered(25, range, 1), "{off=5, len=0}, 1)");
  EXPECT_EQ(registered(25, range, 2), "0x1000, 2)");
  EXPECT_EQ(registered(29, range, 0), "{clockid=CLOCK_REALTIME_COARSE}, 0)");
}

TEST(Uring, ShowsHowManyWorkersThereMayBe) {
  EXPECT_EQ(registered(19, std::string_view("\x01\0\0\0\x02\0\0\0", 8), 2), "[[IO_WQ_BOUND]=1, [IO_WQ_UNBOUND]=2] => 0x1000, 2)");
  EXPECT_EQ(registered(19, std::string_view("\x01\0\0\0", 4), 2), "[[IO_WQ_BOUND]=1, ... /* 0x1004 */], 2)");
}

}  // namespace
}  // namespace sysreel::testing
