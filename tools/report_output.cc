#include "tools/report_output.h"

#include <unistd.h>

#include <utility>

namespace sysreel::tools {

Result<ReportOutput> ReportOutput::open(const StraceOptions& options, const ProgramName& name) {
  ReportOutput output;
  if (!options.output) return output;
  Result<TextOutput> file = TextOutput::open(options, name);
  if (!file) return file.error();
  output.file_.emplace(*std::move(file));
  return output;
}

bool ReportOutput::is_terminal() const { return file_ ? file_->is_terminal() : ::isatty(STDOUT_FILENO) == 1; }

Result<void> ReportOutput::close() {
  if (file_) file_->close();
  if (standard_.failure() != 0) return Error::from_errno("standard output", standard_.failure());
  return {};
}

SandboxNeeds needs_of_text(const StraceOptions& options, const std::vector<std::string>& files) {
  SandboxNeeds needs{.reads = files, .symbols = options.text.stack};
  if (!options.output || !options.text.split_by_task) return needs;  // else every task's file is made when its text begins
  const std::size_t slash = options.output->rfind('/');
  needs.makes_files_in = slash == std::string::npos ? "." : options.output->substr(0, slash + 1);
  return needs;
}

}  // namespace sysreel::tools
