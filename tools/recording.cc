#include "tools/recording.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "format/owned_event.h"
#include "format/reel_facts.h"
#include "recorder/clock.h"
#include "recorder/privileges.h"
#include "recorder/proc.h"
#include "recorder/ptrace/seccomp_filter.h"
#include "recorder/snapshot.h"
#include "recorder/target.h"
#include "tools/passwd.h"
#include "tools/record_header.h"
#include "tools/record_output.h"
#include "tools/record_say.h"
#include "tools/record_signals.h"
#include "tools/status_line.h"

namespace sysreel::tools {
namespace {

bool by_a_limit(EndReason reason) {
  return reason == EndReason::duration || reason == EndReason::size || reason == EndReason::events;
}

// How the recording ended, if that is not what everybody expects, and what it left in the reel.
void report(const RecordCommand& command, const PumpOutcome& outcome, Nanos elapsed, const std::string& name) {
  if (outcome.failure) say(outcome.failure->message);
  const bool for_want = outcome.reason == EndReason::free_space || outcome.reason == EndReason::memory || !outcome.message.empty();
  if (for_want || (by_a_limit(outcome.reason) && !command.quiet)) say(fmt::format("stopped {}{}{}", describe(outcome.reason), outcome.message.empty() ? "" : ": ", outcome.message));
  if (outcome.forbidden > 0) say(fmt::format("note: {} processes are left out: uid {} may not trace them", outcome.forbidden, ::getuid()));
  if (command.quiet) return;
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
    if (command_.redact) {
      auto rules = RedactionRules::with(command_.redaction);
      if (!rules) return fail(rules.error());
      rules_ = std::move(*rules);
    }
    // With capabilities that are not the user's, each who joins has to be looked at.
    if (!privileged_by_file()) command_.record.joining = joining_of(command_.query);
    auto engine = make_engine(command_.engine, command_.record);
    if (!engine) return fail(engine.error());
    engine_ = std::move(engine->source);
    if (!command_.quiet) announce(engine->reason);
    RecordOutput output(command_, output_name());
    if (auto opened = output.open(); !opened) return fail(opened.error());
    // The begin of the reel is there before the target is touched: what cannot be written costs nobody a run.
    PumpOptions options;
    auto writer = output.begin(header_for(command_, engine_->name(), words_, rules_ ? &*rules_ : nullptr), options);
    auto begun = writer ? begin() : Result<void>(writer.error());
    if (!begun) {
      output.take_back();
      return writer ? fail_before(begun.error()) : fail(begun.error());
    }
    return pump(output, *writer, options);
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
    if (privileged_by_file()) {
      for (const Pid pid : targets) {
        if (!real_user_may_trace(pid)) return Error{ErrorKind::denied, foreign(pid)};
      }
    }
    command_.targets = std::move(targets);
    return {};
  }

  // Our own capabilities, which come from our file, are not for the user to see others by.
  static std::string foreign(Pid pid) {
    return fmt::format("process {} ({}) is none that uid {} may trace; run as root", raw(pid), proc::comm_of(Tid{raw(pid)}), ::getuid());
  }

  void announce(const std::string& reason) const {
    if (!reason.empty()) say(fmt::format("recording with the {} engine: {}", engine_->name(), reason));
    for (const std::string& note : command_.notes) say("note: " + note);
  }

  std::string output_name() const {
    if (!command_.output.empty()) return command_.output;
    if (launches()) return invented_name(command_.command.front());
    if (!command_.targets.empty()) return invented_name(proc::comm_of(Tid{raw(command_.targets.front())}));
    if (!command_.query.comms.empty()) return invented_name(command_.query.comms.front());
    return invented_name(command_.query.all ? "machine" : "group");
  }

  Result<void> begin() {
    if (launches()) return launch();
    for (const Pid pid : command_.targets) {
      if (auto attached = engine_->attach(pid); !attached) {
        if (attached.error().kind == ErrorKind::denied) return explain_denied(pid);
        return attached.error();
      }
    }
    return attach_to_matches();
  }

  // Who is gone by now, or is recorded already, is no failure; who may not be recorded is, if nobody else is.
  Result<void> attach_to_matches() {
    std::optional<Pid> denied;
    bool any = false;
    std::vector<Pid> matches = processes_that_match(command_.query);
    if (const std::size_t foreign = leave_out_foreign(matches); foreign > 0) {
      if (matches.empty()) return Error{ErrorKind::denied, fmt::format("{} processes match, and uid {} may trace none of them; run as root", foreign, ::getuid())};
      say(fmt::format("note: {} processes that match are left out: uid {} may not trace them", foreign, ::getuid()));
    }
    for (const Pid pid : matches) {
      const auto attached = engine_->attach(pid);
      any |= attached.ok();
      if (!attached && attached.error().kind == ErrorKind::denied) denied = pid;
    }
    if (!any && denied) return explain_denied(*denied);
    return {};
  }

  // Attaches to what matches by now and is not recorded yet.
  void join(const std::map<Tid, Pid>& tasks) {
    std::set<Pid> known;
    for (const auto& [tid, pid] : tasks) known.insert(pid);
    std::vector<Pid> matches = processes_that_match(command_.query);
    leave_out_foreign(matches);
    for (const Pid pid : matches) {
      if (!known.contains(pid)) static_cast<void>(engine_->attach(pid));
    }
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
      const Error why = attached.error().kind == ErrorKind::denied ? explain_denied(Pid{launched_->pid()}) : attached.error();
      launched_.reset();  // it ends without having run anything
      return Error{ErrorKind::io, why.message};
    }
    RecordSignals::pass_on_to(launched_->pid());
    FdLookup lookup;
    take_inherited_snapshot(Pid{launched_->pid()}, lookup, inherited_);
    launched_->release();
    return {};
  }

  int pump(RecordOutput& output, ReelWriter& writer, PumpOptions& options) {
    StatusLine line(!command_.quiet);
    options.limits = command_.limits;
    options.stop = &RecordSignals::stop();
    if (rules_) options.redaction = &*rules_;
    if (launched_) options.command = Pid{launched_->pid()};
    if (privileged_by_file()) options.permitted = real_user_may_trace;
    if (!command_.query.empty()) options.join = [this](const std::map<Tid, Pid>& tasks) { join(tasks); };
    options.inherited = &inherited_;
    options.progress = [&](const Progress& progress) {
      RecordSignals::check(read_clock(CLOCK_MONOTONIC));
      line.show(progress);
    };
    std::set<Pid> watched(command_.targets.begin(), command_.targets.end());
    if (launched_) watched.insert(options.command);
    output.watch(std::move(watched));
    drop_privileges({.more_files = command_.rotate || command_.flight, .files_change_hands = ::getenv("SUDO_UID") != nullptr});
    const Nanos began = read_clock(CLOCK_MONOTONIC);
    const PumpOutcome outcome = Pump(*engine_, writer, options).run();
    line.clear();
    engine_.reset();
    report(command_, outcome, read_clock(CLOCK_MONOTONIC) - began, output.name());
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
  std::optional<RedactionRules> rules_;
  std::unique_ptr<EventSource> engine_;
  std::optional<std::string> executable_;
  std::optional<LaunchedCommand> launched_;
  OwnedEvents inherited_;  // by the command
};

}  // namespace

int run_recording(RecordCommand& command, std::span<const char* const> words, const SignalState& signals) {
  return Recording(command, words, signals).run();
}

}  // namespace sysreel::tools
