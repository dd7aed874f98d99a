// Launching, targets and limits: what happens before a recording begins.
#include "recorder/launch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "recorder/limits.h"
#include "recorder/ptrace/ptrace_source.h"
#include "recorder/snapshot.h"
#include "recorder/target.h"

namespace sysreel {
namespace {

LaunchOptions launching(std::vector<std::string> command) {
  LaunchOptions options;
  options.command = std::move(command);
  options.signals = SignalState::of_this_process();
  return options;
}

// Launches, lets it run and returns its wait status.
int run(const LaunchOptions& options) {
  auto launched = LaunchedCommand::start(options);
  EXPECT_TRUE(launched) << launched.error().message;
  launched->release();
  int status = -1;
  waitpid(launched->pid(), &status, 0);
  return status;
}

// What a command writes to its standard output.
std::string output_of(LaunchOptions options) {
  std::FILE* const file = std::tmpfile();
  options.stdout_fd = fileno(file);
  EXPECT_EQ(run(options), 0);
  std::rewind(file);
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(Launch, WhatACommandInheritsIsKnownWhileItWaits) {
  std::FILE* const file = std::tmpfile();
  LaunchOptions options = launching({"true"});
  options.stdout_fd = fileno(file);
  auto launched = LaunchedCommand::start(options);
  ASSERT_TRUE(launched);
  class : public EventSink {
   public:
    void on(const FdFact& fact) override { paths[fact.fd] = fact.path; }
    void on(const Snapshot& snapshot) override {
      if (snapshot.kind == SnapshotKind::cwd) cwd.assign(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
    }
    std::map<int, std::string> paths;
    std::string cwd;
  } inherited;
  FdLookup lookup;
  take_inherited_snapshot(Pid{launched->pid()}, lookup, inherited);
  EXPECT_EQ(inherited.cwd, std::filesystem::current_path());
  EXPECT_EQ(inherited.paths[STDOUT_FILENO], std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fileno(file))));
  for (const auto& [fd, path] : inherited.paths) EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd << ' ' << path;
  launched->release();
  int status = -1;
  waitpid(launched->pid(), &status, 0);
  EXPECT_EQ(status, 0);
  std::fclose(file);
}

TEST(Launch, RunsNothingBeforeItIsReleased) {
  auto launched = LaunchedCommand::start(launching({"false"}));
  ASSERT_TRUE(launched);
  usleep(20000);
  EXPECT_EQ(waitpid(launched->pid(), nullptr, WNOHANG), 0);
  EXPECT_FALSE(launched->exec_result().has_value());
  launched->release();
  int status = 0;
  waitpid(launched->pid(), &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_EQ(launched->exec_result(), 0);
}

TEST(Launch, TellsWhyExecveFailed) {
  const std::string path = testing::TempDir() + "/sysreel-not-a-program";
  std::ofstream(path) << "neither script nor program";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  auto launched = LaunchedCommand::start(launching({path}));
  ASSERT_TRUE(launched);
  launched->release();
  int status = 0;
  waitpid(launched->pid(), &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 126);
  EXPECT_EQ(launched->exec_result(), ENOEXEC);
}

TEST(Launch, DistinguishesWhatIsMissingFromWhatCannotRun) {
  EXPECT_EQ(find_executable("no-such-command-at-all").error().kind, ErrorKind::not_found);
  EXPECT_EQ(find_executable("/no/such/file").error().kind, ErrorKind::not_found);
  EXPECT_EQ(find_executable("/etc/passwd").error().kind, ErrorKind::denied);
  EXPECT_EQ(find_executable("/etc").error().kind, ErrorKind::denied);
  EXPECT_TRUE(find_executable("sh").value().ends_with("/sh"));
}

TEST(Launch, TheCommandHasNoDescriptorOfOurs) {
  const char* const list = "ls /proc/self/fd | wc -w";
  std::FILE* const plain = std::tmpfile();
  const pid_t child = fork();
  if (child == 0) {
    dup2(fileno(plain), STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", list, nullptr);
    _exit(1);
  }
  waitpid(child, nullptr, 0);
  std::rewind(plain);
  int count = 0;
  ASSERT_EQ(std::fscanf(plain, "%d", &count), 1);
  std::fclose(plain);
  EXPECT_EQ(std::stoi(output_of(launching({"sh", "-c", list}))), count);
}

TEST(Launch, ChangesTheEnvironmentAndTheName) {
  LaunchOptions options = launching({"sh", "-c", "echo $0 $ADDED ${HOME-unset}"});
  options.environment_changes = {"ADDED=1", "ADDED=2", "HOME"};
  options.argv0 = "another";
  EXPECT_EQ(output_of(options), "another 2 unset\n");
}

TEST(Launch, SignalsAreAsTheyWereWhenTheStateWasTaken) {
  LaunchOptions options = launching({"sh", "-c", "kill -PIPE $$; kill -USR1 $$; echo alive"});
  signal(SIGPIPE, SIG_IGN);
  sigset_t usr1;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, nullptr);
  const int status = run(options);
  sigprocmask(SIG_UNBLOCK, &usr1, nullptr);
  signal(SIGPIPE, SIG_DFL);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) << "SIGPIPE was not ignored at the start";
}

TEST(Target, RejectsWhatIsNoPid) {
  for (const char* const text : {"", "x", "1x", "-1", "0", "1,,x", "99999999999"}) EXPECT_FALSE(parse_pids(text)) << text;
  EXPECT_EQ(parse_pids("1, 2\t3").value(), (std::vector{Pid{1}, Pid{2}, Pid{3}}));
}

TEST(Target, SaysWhyAProcessCannotBeTraced) {
  EXPECT_NE(find_target(Pid{0x7ffffff0}).error().message.find("no process"), std::string::npos);
  EXPECT_NE(find_target(Pid{2}).error().message.find("kernel thread"), std::string::npos);
  EXPECT_NE(find_target(Pid{getpid()}).error().message.find("itself"), std::string::npos);
  const pid_t zombie = fork();
  if (zombie == 0) _exit(0);
  usleep(50000);
  EXPECT_NE(find_target(Pid{zombie}).error().message.find("ended"), std::string::npos);
  waitpid(zombie, nullptr, 0);
}

TEST(Target, NamesWhoTracesAlready) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const auto source = make_ptrace_source({});
  ASSERT_TRUE(source->attach(Pid{child}));
  EXPECT_NE(explain_denied(Pid{child}).message.find(std::to_string(getpid())), std::string::npos);
  kill(child, SIGKILL);
}

TEST(Limits, ReadDurationsAndSizes) {
  EXPECT_EQ(parse_duration("10").value().value, 10'000'000'000);
  EXPECT_EQ(parse_duration("1.5s").value().value, 1'500'000'000);
  EXPECT_EQ(parse_duration("500ms").value().value, 500'000'000);
  EXPECT_EQ(parse_duration("2m").value().value, 120'000'000'000);
  for (const char* const text : {"", "0", "-1", "s", "1x", "1e9", "nan", "inf", "99999999999999"}) EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(parse_size("4096").value(), 4096u);
  EXPECT_EQ(parse_size("64K").value(), 65536u);
  EXPECT_EQ(parse_size("16MiB").value(), 16u << 20);
  EXPECT_EQ(parse_size("2GB").value(), 2ull << 30);
  for (const char* const text : {"", "0", "K", "1Q", "-5M", "0.1"}) EXPECT_FALSE(parse_size(text)) << text;
}

}  // namespace
}  // namespace sysreel
