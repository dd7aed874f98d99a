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

}  // namespace sysreel::tools
