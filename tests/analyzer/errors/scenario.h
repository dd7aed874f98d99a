// A short story of calls told to an ErrorReport: what a program did, and what the report makes of it.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "analyzer/errors/error_report.h"
#include "analyzer/errors/report_text.h"
#include "analyzer/errors/verdict.h"
#include "tests/analyzer/render.h"

namespace sysreel::testing {

constexpr int eperm = 1, enoent = 2, eintr = 4, ebadf = 9, eagain = 11, enomem = 12, eacces = 13, eexist = 17, emfile = 24,
              enospc = 28, epipe = 32, eaddrinuse = 98, econnreset = 104, etimedout = 110, econnrefused = 111, einprogress = 115;
constexpr std::uint64_t at_fdcwd = 0xffffff9c;

// Calls happen a millisecond after each other, in process 100 unless `by` says otherwise.
class Scenario {
 public:
  Scenario() { report.begin(header); }

  Scenario& by(int pid) { pid_ = pid; return *this; }
  Scenario& call(CallBuilder builder);
  template <typename Event>
  Scenario& event(const Event& event) { report.on(event); return *this; }

  // openat, execve and stat of a path; 0 is success.
  Scenario& open(std::string_view path, int error = 0, std::uint64_t flags = 0);
  Scenario& execute(std::string_view path, int error = 0);
  Scenario& stat(std::string_view path, int error = 0);
  Scenario& connect(int fd, std::string_view address, int error = 0);
  Scenario& so_error(int fd, int outcome);
  Scenario& write(int fd, std::string_view text, int error = 0);
  Scenario& read(int fd, int error = 0);
  Scenario& exits(int status);                 // exit code
  Scenario& dies(int signal);
  Scenario& descriptor(int fd, FdKind kind, std::string_view path, std::uint32_t open_flags = 0);
  Scenario& socket(int fd, std::string_view local, std::string_view peer);
  Scenario& snapshot(SnapshotKind kind, std::string_view text);

  // Ends the story, once; then the only group of this errno (the first if there are several).
  const errors::ErrorGroup& group(int error);
  errors::Verdict verdict(int error) { return errors::verdict_of(group(error)); }
  // Facts and the next step of that group, a line each.
  std::string explanation(int error);
  std::string text();

  Header header;
  errors::ErrorReport report;

 private:
  void finish();
  int pid_ = 100;
  bool finished_ = false;
  Nanos now_{1'000'000};
};

// sockaddr_in of 127.0.0.1.
std::string inet_address(int port);

}  // namespace sysreel::testing
