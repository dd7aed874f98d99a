#include "tools/reel_findings.h"

#include <initializer_list>
#include <vector>

#include "analyzer/diagnosis/diagnosis.h"
#include "analyzer/diagnosis/findings_text.h"
#include "analyzer/overview/overview.h"
#include "format/reel_reader.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {

namespace {

// Leads a whole reel through the analyses; `text` then makes the report of it.
template <typename Text>
Result<std::string> report(const std::string& file, const ProgramName& name, std::initializer_list<Analysis*> analyses, Text text) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  for (Analysis* const analysis : analyses) analysis->begin(reader->header());
  const std::vector<EventSink*> sinks(analyses.begin(), analyses.end());
  Fanout all(sinks);
  const Result<void> read = reader->replay(all);
  say_problems(*reader, file, name);
  if (!read) return read.error();
  for (Analysis* const analysis : analyses) analysis->finish();
  return text(reader->header());
}

}  // namespace

Result<std::string> findings_of_reel(const std::string& file, const ProgramName& name) {
  Diagnosis diagnosis;
  return report(file, name, {&diagnosis}, [&](const Header& header) { return findings_text(diagnosis.result(), header); });
}

Result<std::string> overview_of_reel(const std::string& file, const ProgramName& name) {
  Diagnosis diagnosis;
  Overview overview;
  return report(file, name, {&diagnosis, &overview}, [&](const Header&) { return overview.text(diagnosis.result()); });
}

}  // namespace sysreel::tools
