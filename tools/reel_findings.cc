#include "tools/reel_findings.h"

#include "analyzer/diagnosis/diagnosis.h"
#include "analyzer/diagnosis/findings_text.h"
#include "format/reel_reader.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {

Result<std::string> findings_of_reel(const std::string& file, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  Diagnosis diagnosis;
  diagnosis.begin(reader->header());
  const Result<void> read = reader->replay(diagnosis);
  say_problems(*reader, file, name);
  if (!read) return read.error();
  diagnosis.finish();
  return findings_text(diagnosis.result(), reader->header());
}

}  // namespace sysreel::tools
