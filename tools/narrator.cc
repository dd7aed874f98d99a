#include "tools/narrator.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstring>

#include "analyzer/text/pid_lookup.h"
#include "recorder/snapshot.h"

namespace sysreel::tools {

Narrator::Narrator(const ProgramName& name, const StraceOptions& options, TextOutput& output)
    : name_(name),
      options_(options),
      output_(output),
      stacks_(places_, options.text.stack_frames, options.text.stack_source),
      renderer_(options.text, output, true, &stacks_),
      summary_(options.summary_options, options.text) {}

void Narrator::begin(const Header& header) {
  renderer_.begin(header);
  summary_.begin(header);
}

void Narrator::watch_command(Pid pid, LaunchedCommand* command) {
  command_pid_ = pid;
  command_ = command;
}

void Narrator::on(const Call& call) {
  if (options_.summary != Summary::none) summary_.on(call);
  if (shows_text()) renderer_.on(call);
}

void Narrator::on(const Exec& event) {
  pass(event);
  // The program's name is new, and may be asked for only when the process has ended.
  if (text::PidLookup* const pids = options_.text.pid_lookup) pids->comm_of_traced(event.tid);
  if (event.pid == command_pid_) describe(event.pid);
}

void Narrator::on(const TaskNew& event) {
  known_.insert(raw(event.tid));
  if (event.origin == TaskOrigin::attached && raw(event.pid) == raw(event.tid)) describe(event.pid);
  if (event.origin == TaskOrigin::created && says_attach()) name_.say(fmt::format("Process {} attached", raw(event.tid)));
  pass(event);
}

void Narrator::on(const TaskExit& event) {
  if (!known_.contains(raw(event.tid))) return end_of_stranger(event);
  if (event.pid == command_pid_ && event.whole_process) end_of_command(event.status);
  pass(event);
  known_.erase(raw(event.tid));
  output_.forget(event.tid);
}

void Narrator::on(const TaskDetach& event) {
  if (known_.erase(raw(event.tid)) == 0) {
    if (says_attach()) name_.say(fmt::format("Detached unknown pid {}", raw(event.tid)));
    return;
  }
  // Between the text of the call that is left and its "<detached ...>", as strace has it.
  if (shows_text() && !options_.text.split_by_task) renderer_.flush();
  if (says_attach()) name_.say(fmt::format("Process {} detached", raw(event.tid)));
  pass(event);
  output_.forget(event.tid);
}

void Narrator::on(const Loss& event) {
  name_.say(fmt::format("{} {} were lost", event.count, event.signals_and_tasks ? "signals or task events" : "calls"));
}

void Narrator::finish() {
  if (shows_text()) renderer_.finish();
  if (options_.summary != Summary::none) output_.write(Tid{}, summary_.print());
}

void Narrator::end_command(int signo) const {
  ::kill(raw(command_pid_), SIGCONT);
  ::kill(raw(command_pid_), signo);
}

// Tells the text what the process has open before it makes its first call, where the text is to show it.
void Narrator::describe(Pid pid) {
  const text::TextOptions& text = options_.text;
  if (!shows_text() || (text.decode_fds == 0 && text.paths.empty())) return;
  take_snapshot(pid, lookup_, build_ids_, renderer_);
}

// A child that nobody traces: of the program that was this process before, or made with CLONE_PARENT.
void Narrator::end_of_stranger(const TaskExit& event) {
  if (raw(event.tid) == output_.command()) return output_.command_ended();
  if ((options_.text.quiet & text::quiet_exit) != 0) return;
  name_.say(fmt::format("{} of unknown pid {} ignored", WIFEXITED(event.status) ? "Exit" : "Termination", raw(event.tid)));
}

void Narrator::end_of_command(int status) {
  command_status_ = status;
  if (command_ == nullptr) return;
  const int failure = command_->exec_result().value_or(0);
  if (failure != 0) name_.say(fmt::format("exec: {}", std::strerror(failure)));
}

}  // namespace sysreel::tools
