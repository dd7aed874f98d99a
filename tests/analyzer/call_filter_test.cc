#include "analyzer/text/call_filter.h"

#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

bool wanted(CallBuilder call) {
  const Call& event = call.event();
  return text::CallFilter(call.options).wants(event, text::row_for(event), call.model);
}

// The call, where only those that touch descriptor 5, which is /a, are wanted.
CallBuilder by_path(CallBuilder call) {
  FdFact fact;
  fact.pid = call.event().pid;
  fact.fd = 5;
  fact.path = "/a";
  call.model.on(fact);
  call.options.paths = {"/a"};
  return call;
}

TEST(CallFilter, APathIsWantedByItsNameAndByItsDescriptor) {
  EXPECT_TRUE(wanted(by_path(CallBuilder("chdir", {0x1000}).in_string(0x1000, "/a"))));
  EXPECT_FALSE(wanted(by_path(CallBuilder("chdir", {0x1000}).in_string(0x1000, "/ab"))));
  EXPECT_TRUE(wanted(by_path(CallBuilder("close", {5}))));
  EXPECT_FALSE(wanted(by_path(CallBuilder("close", {6}))));
}

TEST(CallFilter, PollIsWantedForADescriptorInItsArray) {
  const std::int32_t polled[] = {4, 0, 5, 0};
  EXPECT_TRUE(wanted(by_path(CallBuilder("poll", {0x1000, 2, 0}).in_object(0x1000, polled))));
  EXPECT_FALSE(wanted(by_path(CallBuilder("poll", {0x1000, 1, 0}).in_object(0x1000, polled))));
}

TEST(CallFilter, SelectIsWantedForADescriptorInASet) {
  const std::uint64_t set = 1 << 5;
  EXPECT_TRUE(wanted(by_path(CallBuilder("select", {6, 0x1000, 0, 0, 0}).in_object(0x1000, set))));
  EXPECT_FALSE(wanted(by_path(CallBuilder("select", {5, 0x1000, 0, 0, 0}).in_object(0x1000, set))));
}

TEST(CallFilter, OnlyTheProcessesAskedFor) {
  CallBuilder call("getpid", {});
  call.options.pids = {100};
  EXPECT_TRUE(wanted(call));
  call.options.pids = {101};
  EXPECT_FALSE(wanted(call));
}

}  // namespace
}  // namespace sysreel::testing
