// Text on standard output.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "analyzer/text/text_renderer.h"

namespace sysreel::tools {

// Writes whole; once writing failed, says nothing more. A reader that went away (head) is no failure.
class StandardOutput final : public text::TextSink {
 public:
  void write(Tid, std::string_view text) override {
    while (!text.empty() && error_ == 0) {
      const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
      if (written < 0 && errno != EINTR) error_ = errno;
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  // Nobody reads any more.
  bool closed() const { return error_ != 0; }
  // The errno that is worth a word; 0: none.
  int failure() const { return error_ == EPIPE ? 0 : error_; }

 private:
  int error_ = 0;
};

}  // namespace sysreel::tools
