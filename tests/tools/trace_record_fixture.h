// A trace-record that a test starts in a folder of its own, and what it left.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "format/owned_event.h"
#include "format/reel_reader.h"

namespace sysreel {

inline const std::string program = BUILD_DIR "/bin/trace-record";

struct Ran {
  int status = 0;  // as waitpid(2) gives it
  std::string out;
  std::string err;

  int code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
};

inline std::string read_all(std::FILE* file) {
  std::rewind(file);
  std::string text(1 << 20, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

// A trace-record in a folder of its own.
class TraceRecord : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/trace-record-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Starts it; `prepare` runs in the child just before.
  pid_t start(const std::vector<std::string>& arguments, std::FILE* out, std::FILE* err, const std::function<void()>& prepare = {}) const {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    std::vector<char*> argv{const_cast<char*>("trace-record")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    static_cast<void>(!chdir(folder_.c_str()));
    if (out) dup2(fileno(out), STDOUT_FILENO);
    if (err) dup2(fileno(err), STDERR_FILENO);
    const int binary = open(program.c_str(), O_RDONLY | O_CLOEXEC);  // another user may not reach its folder
    if (prepare) prepare();
    fexecve(binary, argv.data(), environ);
    _exit(99);
  }
  Ran run(const std::vector<std::string>& arguments, const std::function<void()>& prepare = {}) const {
    std::FILE* const out = std::tmpfile();
    std::FILE* const err = std::tmpfile();
    Ran ran;
    waitpid(start(arguments, out, err, prepare), &ran.status, 0);
    ran.out = read_all(out);
    ran.err = read_all(err);
    return ran;
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  // The events of a reel in the folder, which must be closed.
  void read(const std::string& name, OwnedEvents& events) const {
    auto reader = ReelReader::open(path(name));
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_TRUE(reader->replay(events));
    EXPECT_TRUE(reader->summary().closed);
  }
  std::vector<std::string> reels() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
    return names;
  }

  std::string folder_;
};

}  // namespace sysreel
