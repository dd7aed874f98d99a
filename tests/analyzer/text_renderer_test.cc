#include "analyzer/text/text_renderer.h"

#include <gtest/gtest.h>

#include "analyzer/text/entry_order.h"
#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

using text::TextOptions;

// Collects the text, by task where the options ask for it.
class Page final : public text::TextSink {
 public:
  void write(Tid tid, std::string_view text) override { pages[raw(tid)] += text; }
  void exchange(Tid from, Tid to) override { std::swap(pages[raw(from)], pages[raw(to)]); }
  std::map<int, std::string> pages;
  std::string all() const {
    std::string text;
    for (const auto& [tid, page] : pages) text += page;
    return text;
  }
};

// A reel of one chunk, told in the order of the events' ends, as a recorder writes it.
class Scene {
 public:
  TextOptions options;
  Page page;

  Scene() { options.column = 0; }

  Scene& task(int tid, int pid = 0) {
    TaskNew event;
    event.pid = Pid{pid == 0 ? tid : pid};
    event.tid = Tid{tid};
    event.time = {now_};
    events_.on(event);
    return *this;
  }
  Scene& call(int tid, std::int64_t start, std::int64_t end, CallBuilder builder, unsigned flags = 0) {
    Call event = builder.event();
    event.pid = Pid{tid};
    event.tid = Tid{tid};
    event.start = {start};
    event.duration = {end - start};
    event.flags |= static_cast<std::uint16_t>(flags);
    events_.on(event);
    return *this;
  }
  template <typename Event>
  Scene& event(const Event& event) {
    events_.on(event);
    return *this;
  }

  // The text of the scene as a reader of the reel shows it.
  std::string text() {
    text::TextRenderer renderer(options, page);
    text::EntryOrder order(renderer);
    events_.replay(order);
    order.flush();
    renderer.finish();
    return page.all();
  }

 private:
  OwnedEvents events_;
  std::int64_t now_ = 0;
};

CallBuilder read_of(std::string_view data) {
  CallBuilder call("read", {0, 0x1000, 10});
  call.out(0x1000, data).returns(static_cast<std::int64_t>(data.size()));
  return call;
}
CallBuilder getpid() { return CallBuilder("getpid", {}).returns(7); }
CallBuilder exit_group() { return CallBuilder("exit_group", {3}); }

TaskExit exit_of(int tid, std::int64_t time, int status) {
  TaskExit event;
  event.pid = Pid{tid};
  event.tid = Tid{tid};
  event.time = {time};
  event.status = status;
  return event;
}

TEST(TextRenderer, PrintsACallOnOneLine) {
  EXPECT_EQ(Scene().task(7).call(7, 10, 20, read_of("ab")).text(), "read(0, \"ab\", 10) = 2\n");
}

TEST(TextRenderer, AlignsResults) {
  Scene scene;
  scene.options.column = 40;
  EXPECT_EQ(scene.task(7).call(7, 10, 20, getpid()).text(), "getpid()                                = 7\n");
}

TEST(TextRenderer, ALineIsAsLongAsItIsWithItsPid) {
  Scene scene;
  scene.options.column = 40;
  scene.options.pid_prefix = TextOptions::PidPrefix::file;
  EXPECT_EQ(scene.task(7).call(7, 10, 20, getpid()).text(), "7     getpid()                          = 7\n");
}

TEST(TextRenderer, SplitsALineThatAnotherTaskInterrupts) {
  Scene scene;
  scene.options.pid_prefix = TextOptions::PidPrefix::when_several;
  scene.task(7).task(8).call(8, 12, 13, getpid()).call(7, 10, 20, read_of("ab"));
  EXPECT_EQ(scene.text(),
            "[pid     7] read(0,  <unfinished ...>\n"
            "[pid     8] getpid() = 7\n"
            "[pid     7] <... read resumed>\"ab\", 10) = 2\n");
}

TEST(TextRenderer, TasksThatWereFoundCountAsSeveralFromTheFirstLineOn) {
  Scene scene;
  scene.options.pid_prefix = TextOptions::PidPrefix::when_several;
  TaskNew found;
  found.pid = Pid{8};
  found.tid = Tid{8};
  found.origin = TaskOrigin::attached;
  found.time = {50};
  scene.task(7).call(7, 10, 20, getpid()).event(found);
  EXPECT_EQ(scene.text(), "[pid     7] getpid() = 7\n");
}

TEST(TextRenderer, NeverSplitsLinesInFilesByTask) {
  Scene scene;
  scene.options.split_by_task = true;
  scene.task(7).task(8).call(8, 12, 13, getpid()).call(7, 10, 20, read_of("ab"));
  scene.text();
  EXPECT_EQ(scene.page.pages[7], "read(0, \"ab\", 10) = 2\n");
  EXPECT_EQ(scene.page.pages[8], "getpid() = 7\n");
}

TEST(TextRenderer, NeverSplitsLinesThatAreChosenByOutcome) {
  Scene scene;
  scene.options.status = text::status_successful;
  scene.task(7).task(8).call(8, 12, 13, CallBuilder("close", {9}).fails(9)).call(7, 10, 20, read_of("ab"));
  EXPECT_EQ(scene.text(), "read(0, \"ab\", 10) = 2\n");
}

TEST(TextRenderer, AlignsResumedLines) {
  Scene scene;
  scene.options.column = 40;
  scene.task(7).task(8).call(8, 12, 13, getpid()).call(7, 10, 20, CallBuilder("chdir", {0}).fails(14));
  EXPECT_EQ(scene.text(),
            "chdir(NULL <unfinished ...>\n"
            "getpid()                                = 7\n"
            "<... chdir resumed>)                    = -1 EFAULT (Bad address)\n");
}

TEST(TextRenderer, ACallThatEndsTheTaskHasNoResult) {
  Scene scene;
  scene.task(7).call(7, 10, 20, exit_group(), call_no_result).event(exit_of(7, 30, 3 << 8));
  EXPECT_EQ(scene.text(), "exit_group(3) = ?\n+++ exited with 3 +++\n");
}

TEST(TextRenderer, ACallInWhichTheTaskIsKilledIsUnfinished) {
  Scene scene;
  scene.task(7).call(7, 10, 20, read_of(""), call_in_flight).event(exit_of(7, 30, 9));
  EXPECT_EQ(scene.text(), "read(0,  <unfinished ...>) = ?\n+++ killed by SIGKILL +++\n");
}

TEST(TextRenderer, TellsACoreDump) {
  EXPECT_EQ(Scene().task(7).event(exit_of(7, 30, 11 | 0x80)).text(), "+++ killed by SIGSEGV (core dumped) +++\n");
}

TEST(TextRenderer, SaysThatATaskWasLeftInACall) {
  TaskDetach detach;
  detach.pid = Pid{7};
  detach.tid = Tid{7};
  detach.time = {30};
  EXPECT_EQ(Scene().task(7).call(7, 10, 20, read_of(""), call_in_flight).event(detach).text(), "read(0,  <detached ...>\n");
}

TEST(TextRenderer, TheCallerOfAnExecTakesTheLeadersId) {
  Scene scene;
  scene.options.pid_prefix = TextOptions::PidPrefix::file;
  Exec exec;
  exec.pid = Pid{7};
  exec.tid = Tid{7};
  exec.former_tid = Tid{8};
  exec.time = {15};
  CallBuilder execve("execve", {0, 0, 0});
  scene.task(7).task(8, 7).event(exec).call(8, 10, 20, execve);
  EXPECT_EQ(scene.text(),
            "8     execve(NULL, NULL, NULL <pid changed to 7 ...>\n"
            "7     +++ superseded by execve in pid 8 +++\n"
            "7     <... execve resumed>) = 0\n");
}

TEST(TextRenderer, ACallToldTwiceAsInFlightPrintsOnce) {
  Scene scene;
  scene.task(7).call(7, 10, 12, read_of(""), call_in_flight).call(7, 10, 20, read_of(""), call_in_flight);
  EXPECT_EQ(scene.call(7, 10, 30, read_of("a")).text(), "read(0, \"a\", 10) = 1\n");
}

TEST(TextRenderer, ACallWhoseEndWasLostIsNotTakenForTheNext) {
  Scene scene;
  scene.task(7).call(7, 10, 12, read_of(""), call_in_flight).call(7, 40, 50, getpid());
  EXPECT_EQ(scene.text(), "read(0,  <unfinished ...>\ngetpid() = 7\n");
  Scene same_name;
  same_name.task(7).call(7, 10, 12, read_of(""), call_in_flight).call(7, 40, 50, read_of("a"));
  EXPECT_EQ(same_name.text(), "read(0,  <unfinished ...>\nread(0, \"a\", 10) = 1\n");
}

TEST(TextRenderer, ACallWhoseStartIsUnknownEndsByItsNumber) {
  Scene scene;
  scene.task(7).call(7, 10, 12, read_of(""), call_in_flight | call_start_unknown).call(7, 11, 50, read_of("a"));
  EXPECT_EQ(scene.text(), "read(0, \"a\", 10) = 1\n");
}

TEST(TextRenderer, HiddenCallsDoNotShow) {
  EXPECT_EQ(Scene().task(7).call(7, 10, 20, getpid(), call_hidden).text(), "");
}

TEST(TextRenderer, ShowsTimesInTheFormsOfTheOptions) {
  Scene scene;
  scene.options.absolute = text::ClockFormat::unix;
  scene.options.absolute_precision = text::Precision::micro;
  scene.options.times = true;
  ClockSample sample{{0}, {5'000'000'000}};
  scene.event(sample).task(7).call(7, 1'000, 21'000, getpid());
  EXPECT_EQ(scene.text(), "5.000001 getpid() = 7 <0.000020>\n");
}

TEST(TextRenderer, RelativeTimesCountFromTheLineBefore) {
  Scene scene;
  scene.options.relative = true;
  scene.task(7).call(7, 1'000'000, 1'000'001, getpid()).call(7, 3'500'000, 3'500'001, getpid());
  EXPECT_EQ(scene.text(), "     0.000000 getpid() = 7\n     0.002500 getpid() = 7\n");
}

TEST(TextRenderer, AResumedCallIsNamed) {
  Scene scene;
  scene.task(7).call(7, 10, 20, CallBuilder("nanosleep", {0, 0}).returns(-516));
  scene.call(7, 30, 40, CallBuilder("restart_syscall", {}).returns(0));
  EXPECT_EQ(scene.text(),
            "nanosleep(NULL, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n"
            "restart_syscall(<... resuming interrupted nanosleep ...>) = 0\n");
}

TEST(TextRenderer, StopsAtTheLimit) {
  Scene scene;
  scene.options.syscall_limit = 1;
  scene.task(7).call(7, 10, 11, getpid()).call(7, 12, 13, getpid());
  EXPECT_EQ(scene.text(), "getpid() = 7\n");
}

}  // namespace
}  // namespace sysreel::testing
