// trace-record as a user meets it: exit statuses, bad input, what it leaves behind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "recorder/proc.h"
#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

void expect_one_line(const Ran& ran, int code, const std::string& part) {
  EXPECT_EQ(ran.code(), code) << ran.err;
  EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
  const auto lines = std::count(ran.err.begin(), ran.err.end(), '\n');
  EXPECT_LE(lines, ran.err.find("Try '") == std::string::npos ? 1 : 2) << ran.err;
}

class TraceRecordEngines : public TraceRecord, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Engines, TraceRecordEngines, testing::Values("ptrace", "ebpf"));

TEST_P(TraceRecordEngines, PassesOnOutputAndExitStatus) {
  const Ran ran = run({"-q", "--engine", GetParam(), "-o", "r.reel", "--", "sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(ran.code(), 7);
  EXPECT_EQ(ran.out, "out\n");
  EXPECT_EQ(ran.err, "err\n");
  OwnedEvents events;
  read("r.reel", events);
  EXPECT_FALSE(events.empty());
}

TEST_P(TraceRecordEngines, RepeatsTheDeathOfTheCommand) {
  const Ran ran = run({"-q", "--engine", GetParam(), "-o", "r.reel", "sh", "-c", "kill -USR2 $$"});
  EXPECT_TRUE(WIFSIGNALED(ran.status) && WTERMSIG(ran.status) == SIGUSR2) << ran.status;
}

TEST_P(TraceRecordEngines, EndsCleanlyWhenToldAndLeavesTheTargetRunning) {
  const pid_t target = fork();
  if (target == 0) {
    while (true) usleep(10000);
  }
  std::FILE* const err = std::tmpfile();
  const pid_t recorder = start({"--engine", GetParam(), "-o", "r.reel", "-p", std::to_string(target)}, nullptr, err);
  for (int i = 0; i < 1000 && !std::filesystem::exists(path("r.reel")); ++i) usleep(10000);
  usleep(500000);
  kill(recorder, SIGINT);
  int status = -1;
  waitpid(recorder, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << read_all(err);
  const auto left = proc::status_of(Tid{target});
  EXPECT_EQ(raw(left->tracer), 0);
  EXPECT_NE(left->state, 'T');
  kill(target, SIGKILL);
  waitpid(target, nullptr, 0);
  OwnedEvents events;
  read("r.reel", events);
  EXPECT_GT(events.size(), 10u);
}

TEST_F(TraceRecord, SaysWhichEngineItChoseAndWhy) {
  const Ran ran = run({"-o", "r.reel", "true"});
  EXPECT_NE(ran.err.find("recording with the "), std::string::npos) << ran.err;
}

TEST_F(TraceRecord, MakesUpANameAndPrintsIt) {
  const Ran ran = run({"--engine", "ptrace", "true"});
  ASSERT_EQ(reels().size(), 1u);
  EXPECT_TRUE(reels()[0].starts_with("true-") && reels()[0].ends_with(".reel"));
  EXPECT_NE(ran.err.find(reels()[0]), std::string::npos) << ran.err;
}

TEST_F(TraceRecord, TheReelIsPrivateAndNotOverwritten) {
  run({"-q", "--engine", "ptrace", "-o", "r.reel", "true"});
  struct stat status {};
  ASSERT_EQ(stat(path("r.reel").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto size = status.st_size;
  expect_one_line(run({"-q", "--engine", "ptrace", "-o", "r.reel", "true"}), 2, "'r.reel' exists already");
  stat(path("r.reel").c_str(), &status);
  EXPECT_EQ(status.st_size, size);
  EXPECT_EQ(run({"-q", "--engine", "ptrace", "--force", "-o", "r.reel", "true"}).code(), 0);
}

TEST_F(TraceRecord, DoesNotFollowALinkToItsOutput) {
  std::ofstream(path("victim")) << "precious";
  std::filesystem::create_symlink("victim", path("r.reel"));
  EXPECT_NE(run({"-q", "--engine", "ptrace", "--force", "-o", "r.reel", "true"}).code(), 0);
  EXPECT_EQ(std::filesystem::file_size(path("victim")), 8u);
}

TEST_F(TraceRecord, ACommandThatCannotRunHasTheStatusOfAShell) {
  expect_one_line(run({"-q", "no-such-command-at-all"}), 127, "no-such-command-at-all");
  expect_one_line(run({"-q", "/etc/passwd"}), 126, "/etc/passwd");
  std::ofstream(path("text")) << "neither script nor program";
  std::filesystem::permissions(path("text"), std::filesystem::perms::owner_all);
  expect_one_line(run({"-q", "--engine", "ptrace", "./text"}), 126, "./text");
}

TEST_F(TraceRecord, BadTargetsAreNamedWithTheReason) {
  expect_one_line(run({"-q", "-p", "2147483600"}), 3, "2147483600");
  expect_one_line(run({"-q", "-p", "2"}), 7, "kernel thread");
  expect_one_line(run({"-q", "-p", "12x"}), 2, "'12x'");
  EXPECT_TRUE(reels().empty()) << "no empty reel may be left";
}

TEST_F(TraceRecord, AnotherUsersProcessIsDeniedWithWhatWouldHelp) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const pid_t target = fork();
  if (target == 0) {
    pause();
    _exit(0);
  }
  std::filesystem::permissions(folder_, std::filesystem::perms::all | std::filesystem::perms::sticky_bit);
  const auto become_nobody = [] { static_cast<void>(!setgid(65534) && !setuid(65534)); };
  expect_one_line(run({"-q", "--engine", "ptrace", "-p", std::to_string(target)}, become_nobody), 4, "belongs to uid 0");
  kill(target, SIGKILL);
  waitpid(target, nullptr, 0);
  EXPECT_TRUE(reels().empty());
}

TEST_F(TraceRecord, AnUnknownCallIsAnsweredWithTheNearest) {
  expect_one_line(run({"-q", "-e", "trace=opemat", "true"}), 2, "did you mean 'openat'?");
  expect_one_line(run({"-q", "-e", "fopen", "true"}), 2, "openat");
}

TEST_F(TraceRecord, AWrongCommandLineIsAnsweredInOneLine) {
  expect_one_line(run({}), 2, "nothing to record");
  expect_one_line(run({"--no-such-option", "true"}), 2, "--no-such-option");
  expect_one_line(run({"-s", "many", "true"}), 2, "many");
  expect_one_line(run({"--engine", "magic", "true"}), 2, "magic");
  expect_one_line(run({"--duration", "soon", "true"}), 2, "soon");
  expect_one_line(run({"-p", "1", "true"}), 2, "exclude");
}

TEST_F(TraceRecord, WhatFollowsTheCommandIsTheCommands) {
  const Ran ran = run({"-q", "--engine", "ptrace", "-o", "r.reel", "echo", "-f", "--help", "-p"});
  EXPECT_EQ(ran.out, "-f --help -p\n");
}

TEST_F(TraceRecord, WritesToAPipeAndKeepsTheCommandsOutputApart) {
  const Ran ran = run({"-q", "--engine", "ptrace", "-o", "-", "echo", "from the command"});
  EXPECT_EQ(ran.err, "from the command\n");
  std::ofstream(path("piped.reel")) << ran.out;
  OwnedEvents events;
  read("piped.reel", events);
  EXPECT_FALSE(events.empty());
}

TEST_F(TraceRecord, ASignalToTheRecorderReachesTheCommand) {
  std::FILE* const err = std::tmpfile();
  const pid_t recorder = start({"-q", "--engine", "ptrace", "-o", "r.reel", "sleep", "1000"}, nullptr, err);
  usleep(500000);
  kill(recorder, SIGTERM);
  int status = 0;
  waitpid(recorder, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << read_all(err);
  OwnedEvents events;
  read("r.reel", events);
}

TEST_F(TraceRecord, StopsAfterTheDurationAndLetsTheCommandGoOn) {
  const Ran ran = run({"--engine", "ptrace", "--duration", "200ms", "-o", "r.reel", "sh", "-c", "sleep 0.6; exit 9"});
  EXPECT_EQ(ran.code(), 9);
  EXPECT_NE(ran.err.find("duration"), std::string::npos) << ran.err;
  OwnedEvents events;
  read("r.reel", events);
  const auto* const end = std::get_if<End>(&events.events().back());
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->reason, EndReason::duration);
}

TEST_F(TraceRecord, RunsInAnEmptyRootFolder) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const int binary = open(program.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(binary, 0);
  const pid_t pid = fork();
  if (pid == 0) {
    if (chdir(folder_.c_str()) != 0 || chroot(".") != 0) _exit(98);
    char* const argv[] = {const_cast<char*>("trace-record"), const_cast<char*>("--version"), nullptr};
    fexecve(binary, argv, environ);
    _exit(99);
  }
  close(binary);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "it must not need a loader or a library";
}

TEST_F(TraceRecord, ClosedStandardDescriptorsAreTheCommandsToo) {
  const Ran ran = run({"-q", "--engine", "ptrace", "-o", "r.reel", "sh", "-c", "[ ! -e /proc/self/fd/0 ] && echo closed"},
                      [] { close(STDIN_FILENO); });
  EXPECT_EQ(ran.out, "closed\n");
  OwnedEvents events;
  read("r.reel", events);
}

TEST_F(TraceRecord, AStrictFilterWithoutExecveStillRecordsTheCommand) {
  const Ran ran = run({"-q", "--engine", "ebpf", "--strict-filter", "-e", "trace=write", "-o", "r.reel", "--", "echo", "hi"});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  OwnedEvents events;
  read("r.reel", events);
  const auto is_call = [](const AnyEvent& event) { return std::holds_alternative<Call>(event); };
  EXPECT_EQ(std::count_if(events.events().begin(), events.events().end(), is_call), 1);
}

TEST_F(TraceRecord, SaysHowManyCallsDidNotPassTheFilter) {
  const Ran ran = run({"--engine", "ebpf", "--strict-filter", "--errno=EDOM", "-o", "r.reel", "--", "true"});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  EXPECT_NE(ran.err.find("calls did not pass the filter"), std::string::npos) << ran.err;
  OwnedEvents events;
  read("r.reel", events);
  const auto says = [](const AnyEvent& event) {
    const auto* const snapshot = std::get_if<Snapshot>(&event);
    return snapshot && snapshot->kind == SnapshotKind::filtered && !snapshot->data.empty();
  };
  EXPECT_EQ(std::count_if(events.events().begin(), events.events().end(), says), 1);
}

TEST_F(TraceRecord, CountsWithoutRecording) {
  const Ran ran = run({"-q", "--count", "-o", "r.reel", "--", "true"});
  EXPECT_EQ(ran.code(), 0) << ran.err;
  std::FILE* const stats = popen((BUILD_DIR "/bin/trace-stats --json " + path("r.reel") + " 2>&1").c_str(), "r");
  ASSERT_TRUE(stats);
  std::string text(1 << 16, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stats));
  EXPECT_EQ(pclose(stats), 0);
  EXPECT_NE(text.find("calls were counted and not recorded"), std::string::npos) << text;
  EXPECT_NE(text.find("\"name\":\"exit_group\""), std::string::npos) << text;
}

}  // namespace
}  // namespace sysreel
