// Records the system calls of a command or of running processes into a reel.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>

#include "recorder/clock.h"
#include "recorder/host.h"
#include "recorder/launch.h"
#include "recorder/proc.h"
#include "recorder/ptrace/seccomp_filter.h"
#include "recorder/pump.h"
#include "recorder/snapshot.h"
#include "recorder/target.h"
#include "tools/exit_status.h"
#include "tools/passwd.h"
#include "tools/record_command.h"
#include "tools/record_signals.h"
#include "tools/reel_output.h"
#include "tools/standard_descriptors.h"
#include "tools/status_line.h"

namespace sysreel::tools {
namespace {

void say(const std::string& text) { fmt::print(stderr, "trace-record: {}\n", text); }

int fail(const Error& error, int status) {
  say(error.message);
  if (error.kind == ErrorKind::usage) fmt::print(stderr, "Try 'trace-record --help'.\n");
  return status;
}
int fail(const Error& error) { return fail(error, exit_status(error.kind)); }

// All that keeps calls of the target out of the reel.
std::string filter_in_words(const RecordCommand& command) {
  std::string words = command.filter;
  if (command.record.filter.any()) words += (words.empty() ? "" : "; ") + command.record.filter.words();
  return words;
}

Header header_for(const RecordCommand& command, const EventSource& engine, std::span<const char* const> words) {
  Header header = header_of_this_host();
  header.engine = engine.name();
  header.command = command.command;
  for (const Pid pid : command.targets) header.targets.push_back(raw(pid));
  header.options.assign(words.begin(), words.end());
  header.filter = filter_in_words(command);
  header.string_limit = command.record.string_limit;
  header.follow_forks = command.record.follow_forks;
  header.strict_filter = command.record.strict_filter;
  header.failed_only = command.record.failed_only;
  header.durations = command.record.durations;
  header.stacks = command.record.stacks;
  header.counts_only = command.record.counts_only;
  return header;
}

// How the recording ended, if that is not what everybody expects, and what it left in the reel.
void report(const RecordCommand& command, const PumpOutcome& outcome, Nanos elapsed, const std::string& name) {
  if (outcome.failure) say(outcome.failure->message);
  if (command.quiet) return;
  switch (outcome.reason) {
    case EndReason::duration: say("stopped: the duration asked for is over"); break;
    case EndReason::size: say("stopped: the reel has the size asked for"); break;
    case EndReason::events: say("stopped: the number of events asked for is reached"); break;
    default: break;
  }
  say(outcome_text(outcome, elapsed, name));
}

// The exit of a command is ours, too.
int exit_as(int status) {
  if (WIFSIGNALED(status)) die_by(WTERMSIG(status));
  return WEXITSTATUS(status);
}

class Recording {
 public:
  Recording(RecordCommand& command, std::span<const char* const> words, const SignalState& signals)
      : command_(command), words_(words), signals_(signals) {}

  int run() {
    if (auto resolved = resolve(); !resolved) return fail_before(resolved.error());
    auto engine = make_engine(command_.engine, command_.record);
    if (!engine) return fail(engine.error());
    engine_ = std::move(engine->source);
    if (!command_.quiet) announce(engine->reason);
    auto output = open_reel_output(output_name(), command_.force);
    if (!output) return fail(output.error());
    output_ = std::move(*output);
    if (auto begun = begin(); !begun) {
      output_.take_back();
      return fail_before(begun.error());
    }
    auto writer = ReelWriter::open(std::move(output_.fd), header_for(command_, *engine_, words_));
    if (!writer) return fail(writer.error());
    return pump(*writer);
  }

 private:
  bool launches() const { return !command_.command.empty(); }

  // A command that cannot run has the exit status that a shell would give it.
  int fail_before(const Error& error) {
    if (!launches() || error.kind == ErrorKind::usage) return fail(error);
    if (error.kind == ErrorKind::not_found) return fail(error, exit_not_found);
    return fail(error, executable_ ? exit_recording_failed : exit_not_executable);
  }

  // Finds the targets or the command's file, before anything is made.
  Result<void> resolve() {
    if (launches()) {
      auto path = find_executable(command_.command.front());
      if (!path) return path.error();
      executable_ = std::move(*path);
      return {};
    }
    std::vector<Pid> targets;
    for (const Pid given : command_.targets) {
      const auto pid = find_target(given);
      if (!pid) return pid.error();
      if (std::find(targets.begin(), targets.end(), *pid) == targets.end()) targets.push_back(*pid);
    }
    command_.targets = std::move(targets);
    return {};
  }

  void announce(const std::string& reason) const {
    if (!reason.empty()) say(fmt::format("recording with the {} engine: {}", engine_->name(), reason));
    for (const std::string& note : command_.notes) say("note: " + note);
  }

  std::string output_name() const {
    if (!command_.output.empty()) return command_.output;
    if (launches()) return invented_name(command_.command.front());
    return invented_name(proc::comm_of(Tid{raw(command_.targets.front())}));
  }

  Result<void> begin() {
    if (launches()) return launch();
    for (const Pid pid : command_.targets) {
      if (auto attached = engine_->attach(pid); !attached) {
        if (attached.error().kind == ErrorKind::denied) return explain_denied(pid);
        return attached.error();
      }
    }
    return {};
  }

  Result<void> launch() {
    LaunchOptions options;
    options.command = command_.command;
    options.executable = executable_;
    options.argv0 = command_.argv0;
    options.environment_changes = command_.environment_changes;
    options.signals = signals_;
    options.failure_status = exit_not_executable;
    if (command_.record.seccomp_bpf) options.seccomp_filter = seccomp_filter_for(command_.record);
    if (command_.output == "-") options.stdout_fd = STDERR_FILENO;
    if (command_.user) {
      auto user = find_user(*command_.user);
      if (!user) return user.error();
      options.user = LaunchUser{user->uid, user->gid, user->groups};
    }
    auto launched = LaunchedCommand::start(options);
    if (!launched) return launched.error();
    launched_ = std::move(*launched);
    if (auto attached = engine_->attach_launched(Pid{launched_->pid()}); !attached) {
      launched_.reset();  // it ends without having run anything
      return Error{ErrorKind::io, attached.error().message};
    }
    FdLookup lookup;
    take_inherited_snapshot(Pid{launched_->pid()}, lookup, inherited_);
    RecordSignals::pass_on_to(launched_->pid());
    launched_->release();
    return {};
  }

  int pump(ReelWriter& writer) {
    StatusLine line(!command_.quiet);
    PumpOptions options;
    options.limits = command_.limits;
    options.stop = &RecordSignals::stop();
    if (launched_) options.command = Pid{launched_->pid()};
    options.inherited = &inherited_;
    options.progress = [&](const Progress& progress) {
      RecordSignals::check(read_clock(CLOCK_MONOTONIC));
      line.show(progress);
    };
    const Nanos began = read_clock(CLOCK_MONOTONIC);
    const PumpOutcome outcome = Pump(*engine_, writer, options).run();
    line.clear();
    engine_.reset();
    report(command_, outcome, read_clock(CLOCK_MONOTONIC) - began, output_.name);
    if (launched_) return end_of_command(outcome);
    return outcome.failure ? exit_status(outcome.failure->kind) : 0;
  }

  int end_of_command(const PumpOutcome& outcome) {
    int status = outcome.command_status;
    if (status == -1) {
      // It lives on, or the engine did not take its status. A recording that was told to end does not wait for it.
      const bool wait = outcome.reason != EndReason::interrupted;
      const pid_t got = ::waitpid(launched_->pid(), &status, wait ? 0 : WNOHANG);
      if (got <= 0) status = -1;
    }
    if (const int failure = launched_->exec_result().value_or(0); failure != 0) {
      say(fmt::format("cannot execute '{}': {}", command_.command.front(), std::strerror(failure)));
      return failure == ENOENT ? exit_not_found : exit_not_executable;
    }
    if (outcome.failure) return exit_recording_failed;
    return status == -1 ? 0 : exit_as(status);
  }

  RecordCommand& command_;
  const std::span<const char* const> words_;
  const SignalState& signals_;
  std::unique_ptr<EventSource> engine_;
  std::optional<std::string> executable_;
  std::optional<LaunchedCommand> launched_;
  OwnedEvents inherited_;  // by the command
  ReelOutput output_;
};

int record(int argc, char** argv) {
  const SignalState signals = SignalState::of_this_process();
  keep_standard_descriptors();
  const std::span<const char* const> words(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  auto command = parse_record_command(words);
  if (!command) return fail(command.error());
  if (command->help) {
    fmt::print("{}", record_help());
    return 0;
  }
  if (command->version) {
    fmt::print("trace-record {}\n", header_of_this_host().recorder_version);
    return 0;
  }
  RecordSignals::install();
  return Recording(*command, words, signals).run();
}

}  // namespace
}  // namespace sysreel::tools

int main(int argc, char** argv) { return sysreel::tools::record(argc, argv); }
