#include "tools/reel_errors.h"

#include "analyzer/errors/report_text.h"
#include "format/reel_reader.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {

Result<std::string> errors_of_reel(const std::string& file, const text::TextOptions& options, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  errors::ErrorReport report({.calls = options.trace});
  report.begin(reader->header());
  const Result<void> read = reader->replay(report);
  say_problems(*reader, file, name);
  if (!read) return read.error();
  report.finish();
  const bool all = !options.abbrev.has(Abi::x86_64, SyscallNr{0});  // -v
  return errors::report_text(report, reader->header(), all ? errors::everything : errors::ReportLimits{});
}

}  // namespace sysreel::tools
