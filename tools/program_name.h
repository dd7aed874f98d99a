// Speaks on stderr under the name by which the program was called, as strace's diagnostics do.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "format/result.h"

namespace sysreel::tools {

class ProgramName {
 public:
  ProgramName(int argc, char** argv) : name_(argc > 0 && argv[0][0] != '\0' ? argv[0] : "strace") {}

  // "NAME: TEXT", as one write so that lines of several processes do not mix.
  void say(std::string_view text) const { write(fmt::format("{}: {}\n", name_, text)); }

  // Says why, points to -h if the command line itself is wrong, and returns the exit status.
  int fail(const Error& error) const {
    std::string text = fmt::format("{}: {}\n", name_, error.message);
    if (error.kind == ErrorKind::usage) text += fmt::format("Try '{} -h' for more information.\n", name_);
    write(text);
    return 1;
  }

  const std::string& text() const { return name_; }

 private:
  static void write(const std::string& text) {
    // stderr may be a file that the traced program shares: no buffer of ours may stand between.
    if (TEMP_FAILURE_RETRY(::write(STDERR_FILENO, text.data(), text.size())) < 0) return;
  }
  std::string name_;
};

}  // namespace sysreel::tools
