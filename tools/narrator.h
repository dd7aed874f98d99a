// Tells what an engine sees as strace would: text and summary, and what strace says on stderr besides.
#pragma once

#include <optional>
#include <unordered_set>

#include "analyzer/stacks/stack_lines.h"
#include "analyzer/stats/summary_table.h"
#include "analyzer/text/text_renderer.h"
#include "recorder/build_ids.h"
#include "recorder/fd_lookup.h"
#include "recorder/launch.h"
#include "tools/live_places.h"
#include "tools/live_processes.h"
#include "tools/program_name.h"
#include "tools/strace_options.h"
#include "tools/text_output.h"

namespace sysreel::tools {

// Used by one thread, the engine's.
class Narrator final : public EventSink {
 public:
  // Borrows everything.
  Narrator(const ProgramName& name, const StraceOptions& options, TextOutput& output);

  void begin(const Header& header);

  // The engine stops whom it traces: processes may be asked what they have open just now.
  void ask_processes() { renderer_.ask(&processes_); }

  // The command whose end decides the exit status. `exec_result` tells why its execve failed, once it has.
  void watch_command(Pid pid, LaunchedCommand* command);

  void on(const Call& call) override;
  void on(const Signal& event) override { pass(event); }
  void on(const JobStop& event) override { pass(event); }
  void on(const Exec& event) override;
  void on(const FdFact& event) override { pass(event); }
  void on(const Snapshot& event) override { pass(event); }
  void on(const ClockSample& event) override { pass(event); }
  void on(const TaskNew& event) override;
  void on(const TaskExit& event) override;
  void on(const TaskDetach& event) override;
  void on(const Loss& event) override;

  // Prints what is left.
  void finish();

  bool done() const { return shows_text() ? renderer_.done() : summary_.done(); }
  std::optional<int> command_status() const { return command_status_; }
  // The command does not outlive a tracer that is told to end.
  void end_command(int signo) const;
  bool command_lives() const { return raw(command_pid_) != 0 && !command_status_; }

 private:
  bool shows_text() const { return options_.summary != Summary::only; }
  bool says_attach() const { return (options_.text.quiet & text::quiet_attach) == 0; }
  void describe(Pid pid);
  template <typename Event>
  void pass(const Event& event) {
    if (shows_text()) renderer_.on(event);
    if (options_.summary != Summary::none) summary_.on(event);
  }
  void end_of_stranger(const TaskExit& event);
  void end_of_command(int status);

  const ProgramName& name_;
  const StraceOptions& options_;
  TextOutput& output_;
  LiveProcesses processes_;
  LivePlaces places_;
  StackLines stacks_;
  text::TextRenderer renderer_;
  stats::SummaryTable summary_;
  FdLookup lookup_;
  BuildIds build_ids_;
  Pid command_pid_{};
  LaunchedCommand* command_ = nullptr;
  std::unordered_set<int> known_;  // the tasks that are traced
  std::optional<int> command_status_;
};

}  // namespace sysreel::tools
