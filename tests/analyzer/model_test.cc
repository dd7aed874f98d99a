#include "analyzer/model/model.h"

#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr Pid pid{100};  // of CallBuilder's calls

void open_file(Model& model, int fd, std::string_view path, bool close_on_exec = false) {
  FdFact fact;
  fact.pid = pid;
  fact.fd = fd;
  fact.path = path;
  fact.open_flags = close_on_exec ? 0x80000 : 0;
  model.on(fact);
}

std::string path_of(const Model& model, int fd, Pid process = pid) {
  const Descriptor* descriptor = model.descriptor(process, fd);
  return descriptor ? descriptor->path : "closed";
}

Model with_one_file() {
  Model model;
  model.on(TaskNew{pid, Tid{100}, {}, TaskOrigin::launched, {}, {}, 0, "sh"});
  open_file(model, 3, "/a");
  return model;
}

void run(Model& model, CallBuilder call) { model.on(call.event()); }

TEST(SocketPeers, TheLatestOnesAreKnownAndOldOnesGo) {
  SocketPeers peers;
  constexpr std::uint64_t many = 1 << 20;
  for (std::uint64_t inode = 1; inode <= many; ++inode) peers.note(inode, inode + 7);
  EXPECT_EQ(peers.of(many), many + 7);
  EXPECT_EQ(peers.of(many - 60'000), many - 60'000 + 7);
  EXPECT_EQ(peers.of(1), 0u);
}

TEST(Model, AClosedDescriptorIsUnknown) {
  Model model = with_one_file();
  run(model, CallBuilder("close", {3}).returns(0));
  EXPECT_EQ(path_of(model, 3), "closed");
}

TEST(Model, AFailedCloseChangesNothing) {
  Model model = with_one_file();
  run(model, CallBuilder("close", {3}).fails(5));
  EXPECT_EQ(path_of(model, 3), "/a");
}

TEST(Model, ACopyIsWhatTheOriginalIs) {
  Model model = with_one_file();
  run(model, CallBuilder("dup2", {3, 7}).returns(7));
  EXPECT_EQ(path_of(model, 7), "/a");
}

TEST(Model, ACopyOfTheUnknownIsUnknown) {
  Model model = with_one_file();
  run(model, CallBuilder("dup2", {5, 3}).returns(3));
  EXPECT_EQ(path_of(model, 3), "closed");
}

TEST(Model, ExecClosesWhatIsMarked) {
  Model model = with_one_file();
  open_file(model, 4, "/b", true);
  run(model, CallBuilder("fcntl", {3, 1030, 5}).returns(5));
  run(model, CallBuilder("fcntl", {3, 0, 6}).returns(6));
  model.on(Exec{pid, Tid{100}, Tid{100}, {}, "/bin/prog"});
  EXPECT_EQ(path_of(model, 3), "/a");
  EXPECT_EQ(path_of(model, 4), "closed");
  EXPECT_EQ(path_of(model, 5), "closed");
  EXPECT_EQ(path_of(model, 6), "/a");
  EXPECT_EQ(model.comm(Tid{100}), "prog");
}

TEST(Model, CloseRangeClosesOrMarks) {
  Model model = with_one_file();
  open_file(model, 9, "/b");
  run(model, CallBuilder("close_range", {9, 0xffffffff, 4}).returns(0));
  EXPECT_EQ(path_of(model, 9), "/b");
  run(model, CallBuilder("close_range", {3, 3, 0}).returns(0));
  EXPECT_EQ(path_of(model, 3), "closed");
  model.on(Exec{pid, Tid{100}, Tid{100}, {}, ""});
  EXPECT_EQ(path_of(model, 9), "closed");
}

TEST(Model, AChildHasACopyOfItsParentsDescriptors) {
  Model model = with_one_file();
  model.on(TaskNew{Pid{101}, Tid{101}, {}, TaskOrigin::created, pid, Tid{100}, 0, ""});
  run(model, CallBuilder("close", {3}).returns(0));
  EXPECT_EQ(path_of(model, 3, Pid{101}), "/a");
}

TEST(Model, AChildMayShareItsParentsDescriptors) {
  Model model = with_one_file();
  model.on(TaskNew{Pid{101}, Tid{101}, {}, TaskOrigin::created, pid, Tid{100}, 0x400, ""});
  run(model, CallBuilder("close", {3}).returns(0));
  EXPECT_EQ(path_of(model, 3, Pid{101}), "closed");
}

TEST(Model, AnotherFolderIsUnknownUntilTheRecorderHasLooked) {
  Model model = with_one_file();
  const std::string_view path = "/home";
  model.on(Snapshot{pid, Tid{100}, {0}, SnapshotKind::cwd, {reinterpret_cast<const std::byte*>(path.data()), path.size()}});
  EXPECT_EQ(model.cwd(pid), "/home");
  CallBuilder call("chdir", {0x1000});
  Call event = call.returns(0).event();
  event.start = {5};
  model.on(event);
  EXPECT_EQ(model.cwd(pid), "");
}

TEST(Model, ATaskIsRenamedByPrctl) {
  Model model = with_one_file();
  run(model, CallBuilder("prctl", {15, 0x1000}).in_string(0x1000, "worker").returns(0));
  EXPECT_EQ(model.comm(Tid{100}), "worker");
}

}  // namespace
}  // namespace sysreel::testing
