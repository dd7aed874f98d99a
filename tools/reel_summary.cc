#include "tools/reel_summary.h"

#include <algorithm>
#include <string>
#include <vector>

#include "analyzer/stats/summary_table.h"
#include "format/reel_reader.h"
#include "tools/argv.h"
#include "tools/exit_status.h"
#include "tools/reel_files.h"
#include "tools/reel_problems.h"
#include "tools/reel_text.h"
#include "tools/report_output.h"

namespace sysreel::tools {
namespace {

Result<void> count(const std::string& file, stats::SummaryTable& table, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  table.begin(reader->header());
  const Result<void> read = reader->replay(table);
  say_problems(*reader, file, name);
  return read;
}

}  // namespace

bool asks_for_summary(std::span<const char* const> words) {
  const NormalArgv normal = normalise_argv(words, option_rows());
  return std::any_of(normal.options.begin(), normal.options.end(), [](const GivenOption& given) {
    return given.option == Option::summary || given.option == Option::summary_only;
  });
}

int summarise(std::span<const char* const> words, const ProgramName& name) {
  std::vector<const char*> with_operand(words.begin(), words.end());
  with_operand.push_back("-");  // where strace wants a program, reels stand; there may be none
  std::vector<std::string> notes;
  Result<StraceOptions> options = parse_strace_options(with_operand, notes);
  for (const std::string& note : notes) name.say(note);
  if (!options) return name.fail(options.error());
  options->command.pop_back();
  options->text.pids = options->attach;

  std::string note;
  const Result<std::vector<std::string>> files = choose_reels(options->command, note);
  if (!note.empty()) name.say(note);
  if (!files) return say_error(name, files.error());

  Result<ReportOutput> output = ReportOutput::open(*options, name);
  if (!output) return say_error(name, output.error());
  enter_sandbox(needs_of_text(*options, *files));
  stats::SummaryTable table(options->summary_options, options->text);
  int status = 0;
  for (const std::string& file : *files) {
    Result<void> done;
    if (options->summary == Summary::with_text) done = print_reel(file, options->text, {}, output->sink(), name);
    if (done) done = count(file, table, name);
    if (!done) status = say_error(name, done.error());
  }
  output->sink().write({}, table.print());
  if (const auto closed = output->close(); !closed) return say_error(name, closed.error());
  return status;
}

}  // namespace sysreel::tools
