// Targets that are named by what they are (--comm, --cgroup, --container, -a): those that run, and those that come.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

constexpr int getppid_number = 110;
const std::string counted = BUILD_DIR "/programs/known_calls";

class Targets : public TraceRecord {
 protected:
  void TearDown() override {
    if (recorder_ > 0) kill(recorder_, SIGKILL);
    if (!group_.empty()) rmdir(group_.c_str());
    TraceRecord::TearDown();
  }

  // Starts a recording of r.reel, and waits until it runs.
  void begin(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-q", "-o", "r.reel"});
    recorder_ = start(arguments, nullptr, nullptr);
    const auto has_begun = [&] { return std::filesystem::exists(path("r.reel")) && std::filesystem::file_size(path("r.reel")) > 0; };
    for (int i = 0; i < 500 && !has_begun(); ++i) usleep(20'000);
    ASSERT_TRUE(has_begun());
    usleep(300'000);  // those that match already are attached to
  }

  // How many getppid each process made, as the reel has it.
  std::map<int, int> end() {
    kill(recorder_, SIGTERM);
    int status = 0;
    waitpid(recorder_, &status, 0);
    EXPECT_EQ(status, 0);
    std::map<int, int> calls;
    OwnedEvents events;
    read("r.reel", events);
    for (const AnyEvent& event : events.events()) {
      const auto* const call = std::get_if<Call>(&event);
      if (!call) continue;
      calls[raw(call->pid)] += raw(call->nr) == getppid_number;
    }
    EXPECT_FALSE(calls.contains(recorder_)) << "the recorder recorded itself";
    return calls;
  }

  // Runs a command; returns its pid once it has ended.
  pid_t run_to_end(const std::vector<std::string>& words, const std::string& group = "") {
    const pid_t pid = fork();
    if (pid == 0) {
      if (!group.empty()) std::ofstream(group + "/cgroup.procs") << getpid();
      std::vector<char*> argv;
      for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
      argv.push_back(nullptr);
      execvp(argv[0], argv.data());
      _exit(99);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    return pid;
  }

  std::string copy_as(const std::string& name) {
    std::filesystem::copy_file(counted, path(name));
    return path(name);
  }

  // Makes a control group of this name in whatever hierarchy there is, of version 2 or 1.
  const std::string& make_group(const std::string& name) {
    const std::filesystem::path root = "/sys/fs/cgroup";
    std::filesystem::path hierarchy = root;
    if (!std::filesystem::exists(root / "cgroup.procs")) {
      for (const auto& entry : std::filesystem::directory_iterator(root)) {
        if (std::filesystem::exists(entry.path() / "cgroup.procs")) hierarchy = entry.path();
      }
    }
    group_ = hierarchy / name;
    EXPECT_EQ(mkdir(group_.c_str(), 0755), 0) << group_;
    return group_;
  }

  pid_t recorder_ = 0;
  std::string group_;
};

TEST_F(Targets, OfANameJoinAsTheyBeginAndAreRecordedWhole) {
  const std::string wanted = copy_as("sr_wanted");
  const std::string other = copy_as("sr_other");
  begin({"--engine", "ebpf", "--comm", "sr_wanted"});
  const pid_t first = run_to_end({wanted, "1", "7"});  // lives for a millisecond
  const pid_t stranger = run_to_end({other, "1", "9"});
  const pid_t second = run_to_end({wanted, "2", "50"});
  const auto calls = end();
  EXPECT_EQ(calls, (std::map<int, int>{{first, 7}, {second, 100}})) << "the stranger was " << stranger;
}

TEST_F(Targets, OfANameThatRunAlreadyAreRecorded) {
  for (const char* const engine : {"ebpf", "ptrace"}) {
    std::filesystem::remove_all(path("r.reel"));
    std::filesystem::remove_all(path("sr_sleeper"));
    std::filesystem::copy_file("/bin/sleep", path("sr_sleeper"));
    const pid_t sleeper = fork();
    if (sleeper == 0) {
      execl(path("sr_sleeper").c_str(), "sr_sleeper", "100", nullptr);
      _exit(99);
    }
    usleep(100'000);
    begin({"--engine", engine, "--comm", "sr_sleeper"});
    kill(sleeper, SIGTERM);
    waitpid(sleeper, nullptr, 0);
    usleep(300'000);
    EXPECT_TRUE(end().contains(sleeper)) << engine;
  }
}

TEST_F(Targets, OfAControlGroupAndBelowAreThoseThatEnterIt) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const std::string& group = make_group("sysreel-test-" + std::to_string(getpid()));
  begin({"--engine", "ebpf", "--cgroup", group});
  const pid_t member = run_to_end({"sh", "-c", "sleep 0.6; exec " + counted + " 1 7"}, group);
  const pid_t stranger = run_to_end({counted, "1", "9"});
  const auto calls = end();
  ASSERT_TRUE(calls.contains(member));
  EXPECT_EQ(calls.at(member), 7);
  EXPECT_FALSE(calls.contains(stranger));
}

TEST_F(Targets, OfAContainerAreThoseWhoseControlGroupBearsItsId) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  const std::string id = "5e7e41f00dab" + std::string(52, 'a');
  const std::string& group = make_group("docker-" + id + ".scope");
  begin({"--engine", "ebpf", "--container", id.substr(0, 12)});
  const pid_t member = run_to_end({"sh", "-c", "sleep 0.6; exec " + counted + " 1 7"}, group);
  const pid_t stranger = run_to_end({counted, "1", "9"});
  const auto calls = end();
  ASSERT_TRUE(calls.contains(member));
  EXPECT_EQ(calls.at(member), 7);
  EXPECT_FALSE(calls.contains(stranger));
}

TEST_F(Targets, AreAllOfTheMachineButTheRecorder) {
  ASSERT_EQ(geteuid(), 0u) << "this test must run as root";
  begin({"--engine", "ebpf", "-a", "-e", "trace=getppid"});
  const pid_t one = run_to_end({counted, "1", "7"});
  const pid_t other = run_to_end({counted, "2", "30"});
  const auto calls = end();
  ASSERT_TRUE(calls.contains(one) && calls.contains(other));
  EXPECT_EQ(calls.at(one), 7);
  EXPECT_EQ(calls.at(other), 60);
}

}  // namespace
}  // namespace sysreel
