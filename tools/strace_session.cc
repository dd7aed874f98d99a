// Wires engine, text and summary together and keeps strace's manners: what is said on stderr, which signals end the tracing,
// and with which status this process ends.
#include "tools/strace_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <unordered_set>

#include "analyzer/stats/summary_table.h"
#include "analyzer/text/pid_lookup.h"
#include "analyzer/text/text_renderer.h"
#include "recorder/clock.h"
#include "recorder/proc.h"
#include "recorder/ptrace/ptrace_source.h"
#include "recorder/ptrace/seccomp_filter.h"
#include "recorder/snapshot.h"
#include "tools/live_pids.h"
#include "tools/live_processes.h"
#include "tools/strace_signals.h"
#include "tools/text_output.h"

namespace sysreel::tools {
namespace {

constexpr std::uint32_t dump_limit = 16 << 20;  // bytes of a buffer that -e read= and -e write= dump
constexpr Nanos poll_interval{200'000'000};  // bounds how long a signal that came just before the wait goes unnoticed

// Hands events to the text and the summary, and says what strace says besides the text.
class Narrator final : public EventSink {
 public:
  Narrator(const ProgramName& name, const StraceOptions& options, TextOutput& output)
      : name_(name),
        options_(options),
        output_(output),
        renderer_(options.text, output, true),
        summary_(options.summary_options, options.text) {
    renderer_.ask(&processes_);
  }

  void begin(const Header& header) {
    renderer_.begin(header);
    summary_.begin(header);
  }

  // The command whose end decides the exit status. `exec_result` tells why its execve failed, once it has.
  void watch_command(Pid pid, LaunchedCommand* command) {
    command_pid_ = pid;
    command_ = command;
  }

  void on(const Call& call) override {
    if (options_.summary != Summary::none) summary_.on(call);
    if (shows_text()) renderer_.on(call);
  }
  void on(const Signal& event) override { pass(event); }
  void on(const JobStop& event) override { pass(event); }
  void on(const Exec& event) override {
    pass(event);
    // The program's name is new, and may be asked for only when the process has ended.
    if (text::PidLookup* const pids = options_.text.pid_lookup) pids->comm_of_traced(event.tid);
    if (event.pid == command_pid_) describe(event.pid);
  }
  void on(const FdFact& event) override { pass(event); }
  void on(const Snapshot& event) override { pass(event); }
  void on(const ClockSample& event) override { pass(event); }
  void on(const TaskNew& event) override {
    known_.insert(raw(event.tid));
    if (event.origin == TaskOrigin::attached && raw(event.pid) == raw(event.tid)) describe(event.pid);
    if (event.origin == TaskOrigin::created && says_attach()) name_.say(fmt::format("Process {} attached", raw(event.tid)));
    pass(event);
  }
  void on(const TaskExit& event) override {
    if (!known_.contains(raw(event.tid))) return end_of_stranger(event);
    if (event.pid == command_pid_ && event.whole_process) end_of_command(event.status);
    pass(event);
    known_.erase(raw(event.tid));
    output_.forget(event.tid);
  }
  void on(const TaskDetach& event) override {
    if (known_.erase(raw(event.tid)) == 0) {
      if (says_attach()) name_.say(fmt::format("Detached unknown pid {}", raw(event.tid)));
      return;
    }
    pass(event);
    if (says_attach()) name_.say(fmt::format("Process {} detached", raw(event.tid)));
    output_.forget(event.tid);
  }

  // Prints what is left.
  void finish() {
    if (shows_text()) renderer_.finish();
    if (options_.summary != Summary::none) output_.write(Tid{}, summary_.print());
  }

  bool done() const { return renderer_.done(); }
  std::optional<int> command_status() const { return command_status_; }
  // The command does not outlive a tracer that is told to end.
  void end_command(int signo) const {
    ::kill(raw(command_pid_), SIGCONT);
    ::kill(raw(command_pid_), signo);
  }
  bool command_lives() const { return raw(command_pid_) != 0 && !command_status_; }

 private:
  bool shows_text() const { return options_.summary != Summary::only; }
  bool says_attach() const { return (options_.text.quiet & text::quiet_attach) == 0; }
  // Tells the text what the process has open before it makes its first call, where the text is to show it.
  void describe(Pid pid) {
    const text::TextOptions& text = options_.text;
    if (!shows_text() || (text.decode_fds == 0 && text.paths.empty())) return;
    take_snapshot(pid, lookup_, build_ids_, renderer_);
  }
  template <typename Event>
  void pass(const Event& event) {
    if (shows_text()) renderer_.on(event);
  }
  // A child that nobody traces: of the program that was this process before, or made with CLONE_PARENT.
  void end_of_stranger(const TaskExit& event) {
    if (raw(event.tid) == output_.command()) return output_.command_ended();
    if ((options_.text.quiet & text::quiet_exit) != 0) return;
    name_.say(fmt::format("{} of unknown pid {} ignored", WIFEXITED(event.status) ? "Exit" : "Termination", raw(event.tid)));
  }
  void end_of_command(int status) {
    command_status_ = status;
    if (command_ == nullptr) return;
    const int failure = command_->exec_result().value_or(0);
    if (failure != 0) name_.say(fmt::format("exec: {}", std::strerror(failure)));
  }

  const ProgramName& name_;
  const StraceOptions& options_;
  TextOutput& output_;
  LiveProcesses processes_;
  text::TextRenderer renderer_;
  stats::SummaryTable summary_;
  FdLookup lookup_;
  BuildIds build_ids_;
  Pid command_pid_{};
  LaunchedCommand* command_ = nullptr;
  std::unordered_set<int> known_;  // the tasks that are traced
  std::optional<int> command_status_;
};

RecordOptions record_options(const StraceOptions& options) {
  RecordOptions record;
  record.string_limit = options.text.string_limit;
  const auto dumps = [](const text::NumberChoice& fds) { return fds.everything || fds.inverted || !fds.numbers.empty(); };
  if (dumps(options.text.dump_read) || dumps(options.text.dump_write)) record.string_limit = dump_limit;
  record.follow_forks = options.follow_forks;
  record.follow_threads = options.follow_forks;
  record.announce_entries = options.summary != Summary::only;
  record.seccomp_bpf = options.seccomp_bpf;
  // What is not printed is not read. The few questions that stay are asked of the living processes.
  record.fd_identity = options.text.decode_fds != 0 || !options.text.paths.empty();
  record.strict_filter = !record.fd_identity;
  record.kill_on_exit = options.kill_on_exit;
  record.detach_on_execve = options.detach_on_execve;
  record.reap_strangers = true;
  record.stacks = options.text.stack;
  record.verbose = true;
  record.wanted = options.text.trace;
  return record;
}

Header header_of(const StraceOptions& options) {
  Header header;
  header.engine = options.engine;
  header.command = options.command;
  header.targets.assign(options.attach.begin(), options.attach.end());
  header.string_limit = options.text.string_limit;
  header.follow_forks = options.follow_forks;
  header.started = read_clock(CLOCK_MONOTONIC);
  header.started_realtime = read_clock(CLOCK_REALTIME);
  return header;
}

// The file that strace would run: the word itself if it has a slash, else the first executable of that name in PATH.
Result<std::string> locate(const std::string& word) {
  std::string path = word;
  if (word.size() >= PATH_MAX) return Error::from_errno("exec", ENAMETOOLONG);
  if (word.find('/') == std::string::npos) {
    if (Result<std::string> found = find_executable(word); found) path = *std::move(found);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return Error{ErrorKind::not_found, fmt::format("Can't stat '{}': {}", word, std::strerror(errno))};
  }
  return path;
}

Result<LaunchOptions> launch_options(const StraceOptions& options, const SignalState& signals) {
  LaunchOptions launch;
  Result<std::string> path = locate(options.command.front());
  if (!path) return path.error();
  launch.command = options.command;
  launch.executable = *std::move(path);
  launch.argv0 = options.argv0;
  launch.environment_changes = options.environment;
  launch.signals = signals;
  launch.failure_status = 1;
  if (options.seccomp_bpf) launch.seccomp_filter = seccomp_filter_for(record_options(options));
  if (options.user) launch.user = LaunchUser{options.user->uid, options.user->gid, options.user->groups};
  return launch;
}

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
  Session(const ProgramName& name, const StraceOptions& options, const SignalState& signals)
      : name_(name), options_(options), signals_(signals) {}

  int run();

 private:
  int trace(Narrator& narrator, TextOutput& output, EventSource& source);
  bool attach_all(EventSource& source);
  int run_daemonized(const LaunchOptions& launch, Narrator& narrator, TextOutput& output);
  void debug_options() const;

  const ProgramName& name_;
  const StraceOptions& options_;
  const SignalState& signals_;
};

void Session::debug_options() const {
  if (!options_.debug) return;
  unsigned wanted = 0x1 | 0x10;  // PTRACE_O_TRACESYSGOOD, TRACEEXEC
  if (options_.follow_forks) wanted |= 0x2 | 0x4 | 0x8;
  if (options_.kill_on_exit) wanted |= 0x100000;
  name_.say(fmt::format("ptrace_setoptions = {:#x}", wanted));
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
    if ((options_.text.quiet & text::quiet_attach) != 0) continue;
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
  Narrator narrator(name_, options_, *output);
  narrator.begin(header_of(options_));

  std::optional<LaunchOptions> launch;
  if (!options_.command.empty()) {
    Result<LaunchOptions> prepared = launch_options(options_, signals_);
    if (!prepared) return name_.fail(prepared.error());
    launch = *std::move(prepared);
  }
  if (options_.daemonize != Daemonize::no) return run_daemonized(*launch, narrator, *output);

  const std::unique_ptr<EventSource> source = make_ptrace_source(record_options(options_));
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

  const std::unique_ptr<EventSource> source = make_ptrace_source(record_options(options_));
  if (const auto attached = source->attach_launched(command); !attached) return name_.fail(attached.error());
  narrator.watch_command(command, nullptr);
  let_go_of_standard_input_and_output();
  take_signals(options_.interruptible);
  attach_all(*source);
  static_cast<void>(!::write(gate[1], "", 1));
  ::close(gate[1]);
  return trace(narrator, output, *source);
}

int Session::trace(Narrator& narrator, TextOutput& output, EventSource& source) {
  for (;;) {
    const Result<SourceState> state = source.poll(narrator, poll_interval);
    if (!state) {
      name_.fail(state.error());
      break;
    }
    if (*state == SourceState::ended || narrator.done() || interrupting_signal() != 0) break;
  }
  const int interrupted = interrupting_signal();
  if (interrupted != 0 && narrator.command_lives()) narrator.end_command(interrupted);
  if (const auto stopped = source.stop(narrator); !stopped) name_.fail(stopped.error());
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
