// Where a reader's text goes: standard output, or what -o, -A and -ff say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "format/result.h"
#include "tools/program_name.h"
#include "tools/sandbox.h"
#include "tools/standard_output.h"
#include "tools/strace_options.h"
#include "tools/text_output.h"

namespace sysreel::tools {

// Used by one thread.
class ReportOutput {
 public:
  // Borrows both arguments.
  static Result<ReportOutput> open(const StraceOptions& options, const ProgramName& name);

  text::TextSink& sink() { return file_ ? static_cast<text::TextSink&>(*file_) : standard_; }
  bool is_terminal() const;

  // Fails if something could not be written.
  Result<void> close();

 private:
  std::optional<TextOutput> file_;
  StandardOutput standard_;
};

// What printing these reels as text takes once the output is open.
SandboxNeeds needs_of_text(const StraceOptions& options, const std::vector<std::string>& files);

}  // namespace sysreel::tools
