// Wires engine, text and summary together and keeps strace's manners: which signals end the tracing, and with which status
// this process ends.
#include "tools/strace_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "analyzer/text/entry_order.h"
#include "recorder/dwarf/dwarf_unwinder.h"
#include "recorder/engine.h"
#include "recorder/proc.h"
#include "recorder/ptrace/ptrace_source.h"
#include "recorder/redact/redactor.h"
#include "tools/live_pids.h"
#include "tools/narrator.h"
#include "tools/strace_recording.h"
#include "tools/strace_signals.h"

namespace sysreel::tools {
namespace {

constexpr Nanos poll_interval{200'000'000};  // bounds how long a signal that came just before the wait goes unnoticed

// Closed standard descriptors must not become our files, nor reach the command: fills them with what closes at execve.
void fill_standard_descriptors() {
  int fd = -1;
  do {
    fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

// The tracer must not be the last to hold a pipe that the command closes: the process at its other end would wait.
void let_go_of_standard_input_and_output() {
  const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nowhere) return;
  ::dup3(nowhere.get(), STDIN_FILENO, O_CLOEXEC);
  ::dup3(nowhere.get(), STDOUT_FILENO, O_CLOEXEC);
}

class Session {
 public:
  Session(const ProgramName& name, StraceOptions& options, const SignalState& signals)
      : name_(name), options_(options), signals_(signals) {}

  int run();

 private:
  Result<std::unique_ptr<EventSource>> make_source(Narrator& narrator) const;
  int trace(Narrator& narrator, TextOutput& output, EventSource& source);
  bool attach_all(EventSource& source);
  int run_daemonized(const LaunchOptions& launch, Narrator& narrator, TextOutput& output);
  void debug_options() const;
  bool says_attach() const { return (options_.text.quiet & text::quiet_attach) == 0; }

  const ProgramName& name_;
  StraceOptions& options_;
  const SignalState& signals_;
};

void Session::debug_options() const {
  if (!options_.debug || options_.engine == "ebpf") return;
  unsigned wanted = 0x1 | 0x10;  // PTRACE_O_TRACESYSGOOD, TRACEEXEC
  if (options_.follow_forks) wanted |= 0x2 | 0x4 | 0x8;
  if (options_.kill_on_exit) wanted |= 0x100000;
  name_.say(fmt::format("ptrace_setoptions = {:#x}", wanted));
}

// Where the engine has to do without stops, the text is what its records tell alone.
Result<std::unique_ptr<EventSource>> Session::make_source(Narrator& narrator) const {
  const RecordOptions record = record_options_of(options_);
  if (options_.engine != "ptrace") {
    const auto choice = parse_engine(options_.engine);
    if (!choice) return choice.error();
    Result<Engine> engine = make_engine(*choice, record);
    if (!engine) return engine.error();
    if (engine->source->name() != "ptrace") return std::move(engine->source);
  }
  narrator.ask_processes();
  return make_ptrace_source(record, {}, make_dwarf_unwinder());
}

bool Session::attach_all(EventSource& source) {
  bool any = false;
  for (const int pid : options_.attach) {
    if (const auto attached = source.attach(Pid{pid}); !attached) {
      const int why = attached.error().kind == ErrorKind::denied ? EPERM : ESRCH;
      name_.say(fmt::format("attach: ptrace(PTRACE_SEIZE, {}): {}", pid, std::strerror(why)));
      continue;
    }
    any = true;
    if (!says_attach()) continue;
    const std::size_t threads = options_.follow_forks ? proc::threads_of(Pid{pid}).size() : 1;
    name_.say(threads > 1 ? fmt::format("Process {} attached with {} threads", pid, threads) : fmt::format("Process {} attached", pid));
  }
  return any;
}

int Session::run() {
  debug_options();
  fill_standard_descriptors();
  ::signal(SIGCHLD, SIG_DFL);
  Result<TextOutput> output = TextOutput::open(options_, name_);
  if (!output) return name_.fail(output.error());
  options_.text.color = wants_color(options_.color, output->is_terminal());
  Narrator narrator(name_, options_, *output);
  narrator.begin(header_of(options_));

  std::optional<LaunchOptions> launch;
  if (!options_.command.empty()) {
    Result<LaunchOptions> prepared = launch_options_of(options_, signals_);
    if (!prepared) return name_.fail(prepared.error());
    launch = *std::move(prepared);
  }
  if (options_.daemonize != Daemonize::no) return run_daemonized(*launch, narrator, *output);

  Result<std::unique_ptr<EventSource>> made = make_source(narrator);
  if (!made) return name_.fail(made.error());
  const std::unique_ptr<EventSource> source = *std::move(made);
  std::optional<LaunchedCommand> command;
  if (launch) {
    Result<LaunchedCommand> started = LaunchedCommand::start(*launch);
    if (!started) return name_.fail(started.error());
    command = *std::move(started);
    if (const auto attached = source->attach_launched(Pid{command->pid()}); !attached) return name_.fail(attached.error());
    narrator.watch_command(Pid{command->pid()}, &*command);
    let_go_of_standard_input_and_output();
  }
  take_signals(options_.interruptible);
  if (!attach_all(*source) && !command) return 1;
  if (command) command->release();
  return trace(narrator, *output, *source);
}

// The process that was called becomes the command; a grandchild traces it. The command so keeps the parent it would have
// had, and gets no child it does not know.
int Session::run_daemonized(const LaunchOptions& launch, Narrator& narrator, TextOutput& output) {
  static const ProgramName* speaker = nullptr;
  speaker = &name_;
  const Pid command{::getpid()};
  int gate[2];
  if (::pipe2(gate, O_CLOEXEC) != 0) return name_.fail(Error::from_errno("pipe", errno));
  const pid_t child = ::fork();
  if (child < 0) return name_.fail(Error::from_errno("fork", errno));
  if (child > 0) {
    ::close(gate[1]);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
    const Error failed = become_command(launch, gate[0], [](int failure) { speaker->say(fmt::format("exec: {}", std::strerror(failure))); });
    return name_.fail(failed);
  }
  ::close(gate[0]);
  if (::fork() != 0) ::_exit(0);
  if (options_.daemonize == Daemonize::process_group) ::setpgid(0, 0);
  if (options_.daemonize == Daemonize::session) ::setsid();

  Result<std::unique_ptr<EventSource>> made = make_source(narrator);
  if (!made) return name_.fail(made.error());
  const std::unique_ptr<EventSource> source = *std::move(made);
  if (const auto attached = source->attach_launched(command); !attached) return name_.fail(attached.error());
  if (says_attach()) name_.say(fmt::format("Process {} attached", raw(command)));
  narrator.watch_command(command, nullptr);
  let_go_of_standard_input_and_output();
  take_signals(options_.interruptible);
  attach_all(*source);
  static_cast<void>(!TEMP_FAILURE_RETRY(::write(gate[1], "", 1)));
  ::close(gate[1]);
  return trace(narrator, output, *source);
}

int Session::trace(Narrator& narrator, TextOutput& output, EventSource& source) {
  // An engine that stops nothing tells of a call when it has ended, or when asked. Between two polls it is put in order.
  const bool told_late = !record_options_of(options_).announce_entries && options_.summary != Summary::only;
  text::EntryOrder order(narrator);
  EventSink& in_order = told_late ? static_cast<EventSink&>(order) : narrator;
  const RedactionRules rules;
  Redactor redactor(rules, in_order);
  EventSink& sink = options_.redact ? static_cast<EventSink&>(redactor) : in_order;
  for (;;) {
    const Result<SourceState> state = source.poll(sink, poll_interval);
    if (!state) {
      name_.fail(state.error());
      break;
    }
    if (told_late) {
      if (const auto told = source.report_in_flight(order); !told) name_.fail(told.error());
      order.flush();
    }
    if (*state == SourceState::ended || narrator.done() || interrupting_signal() != 0) break;
  }
  const int interrupted = interrupting_signal();
  if (interrupted != 0 && narrator.command_lives()) narrator.end_command(interrupted);
  if (const auto stopped = source.stop(sink); !stopped) name_.fail(stopped.error());
  order.flush();
  narrator.finish();
  output.close();
  if (interrupted != 0) die_of(interrupted);
  const int status = narrator.command_status().value_or(0);
  if (WIFSIGNALED(status)) die_of(WTERMSIG(status));
  return WEXITSTATUS(status);
}

}  // namespace

int run_strace(const ProgramName& name, StraceOptions options, const SignalState& signals) {
  LivePids pids;
  if (options.text.decode_pids != 0) options.text.pid_lookup = &pids;
  return Session(name, options, signals).run();
}

}  // namespace sysreel::tools
