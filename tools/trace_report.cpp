// trace-report: the text of strace from a reel, or what it answers: --errors, --diagnose, --summary, --at.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tools/exit_status.h"
#include "tools/option_table.h"
#include "tools/program_name.h"
#include "tools/reel_files.h"
#include "tools/reel_summary.h"
#include "tools/report_output.h"
#include "tools/report_view.h"
#include "tools/strace_options.h"

namespace {

constexpr const char* usage =
    "Usage: trace-report [--errors|--diagnose|--summary|--at N] [OPTION]... [FILE]...\n"
    "Prints the system calls and signals in a reel as strace does, on standard output. Without FILE it reads standard input\n"
    "if that is a pipe, else the newest *.reel in this folder. -p PID shows one process or thread.\n"
    "--window FROM..TO shows what was going on then: seconds from the beginning (2..3.5) or times of the day.\n"
    "--errors ranks the calls that failed by what followed from them, and says what to do next; -v shows them all.\n"
    "--diagnose says what went wrong: who killed a process, why it crashed, what it rests on and how sure it is.\n"
    "--at N shows event N of the reel, which a finding names as #N, and what came around it.\n"
    "--summary is one page: what ran, how it ended, where the time went, what failed and what was found (-C is strace's).\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace sysreel;
  const tools::ProgramName name(argc, argv);
  std::vector<const char*> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const Result<tools::ReportView> view = tools::take_view(words);
  if (!view) return name.fail(view.error());

  // Where strace wants a program, reels stand; there may be none.
  std::vector<std::string> notes;
  std::vector<const char*> with_operand = words;
  with_operand.push_back("-");
  Result<tools::StraceOptions> options = tools::parse_strace_options(with_operand, notes);
  for (const std::string& note : notes) name.say(note);
  if (!options) return name.fail(options.error());
  if (options->help) {
    tools::print_option_help(usage);
    return 0;
  }
  if (options->version > 0) {
    fmt::print("trace-report (sysreel) 0.1.0\n");
    return 0;
  }
  if (options->redact) {
    return name.fail({ErrorKind::usage, "--redact is for recording: what a reel holds was decided then (trace-info --scan looks)"});
  }
  if (options->summary != tools::Summary::none) return tools::summarise(words, name);
  options->command.pop_back();
  options->text.pids = options->attach;

  std::string note;
  const Result<std::vector<std::string>> files = tools::choose_reels(options->command, note);
  if (!note.empty()) name.say(note);
  if (!files) return tools::say_error(name, files.error());

  Result<tools::ReportOutput> output = tools::ReportOutput::open(*options, name);
  if (!output) return tools::say_error(name, output.error());
  options->text.color = tools::wants_color(options->color, output->is_terminal());
  tools::SandboxNeeds needs = tools::needs_of_text(*options, *files);
  needs.symbols |= view->kind == tools::ReportView::Kind::diagnosis || view->kind == tools::ReportView::Kind::summary;
  tools::enter_sandbox(needs);
  int status = 0;
  for (const std::string& file : *files) {
    const Result<void> printed = tools::show_view(*view, file, options->text, output->sink(), name);
    if (!printed) status = tools::say_error(name, printed.error());
  }
  if (const auto closed = output->close(); !closed) return tools::say_error(name, closed.error());
  return status;
}
