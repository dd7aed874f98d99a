#include "recorder/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace sysreel {
namespace {

constexpr int last_signal = 64;

bool is_executable_file(const std::string& path, bool& exists) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  exists = true;
  return S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

// The environment of this process with the changes applied.
std::vector<std::string> changed_environment(const std::vector<std::string>& changes) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    const std::string prefix = change.substr(0, equals) + "=";
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [&](const std::string& variable) { return variable.starts_with(prefix); });
    if (equals == std::string::npos) {
      if (found != variables.end()) variables.erase(found);
    } else if (found != variables.end()) {
      *found = change;
    } else {
      variables.push_back(change);
    }
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Signals that have a handler fall back to the default by themselves at execve.
void restore(const SignalState& state) {
  for (int signo = 1; signo <= last_signal; ++signo) {
    struct sigaction now {};
    if (::sigaction(signo, nullptr, &now) != 0) continue;
    const bool ignored_before = ::sigismember(&state.ignored, signo) == 1;
    if (ignored_before == (now.sa_handler == SIG_IGN)) continue;
    struct sigaction wanted {};
    wanted.sa_handler = ignored_before ? SIG_IGN : SIG_DFL;
    ::sigaction(signo, &wanted, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &state.mask, nullptr);
}

// Everything execve needs, allocated before the fork.
struct Preparation {
  std::string path;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::optional<LaunchUser> user;
  uid_t effective_uid = 0;
  gid_t effective_gid = 0;
  std::vector<sock_filter> seccomp_filter;
  SignalState signals;
  int stdout_fd = -1;
  int failure_status = 0;
};

Result<void> prepare(const LaunchOptions& options, Preparation& to) {
  if (options.executable) {
    to.path = *options.executable;
  } else {
    auto path = find_executable(options.command.front());
    if (!path) return path.error();
    to.path = *std::move(path);
  }
  to.words = options.command;
  if (options.argv0) to.words.front() = *options.argv0;
  to.variables = changed_environment(options.environment_changes);
  to.argv = pointers_to(to.words);
  to.envp = pointers_to(to.variables);
  to.seccomp_filter = options.seccomp_filter;
  to.signals = options.signals;
  to.stdout_fd = options.stdout_fd;
  to.failure_status = options.failure_status;
  to.user = options.user;
  if (options.user) {
    // A traced process does not gain the ids of a set-id file by itself.
    struct stat status {};
    const bool known = ::stat(to.path.c_str(), &status) == 0;
    to.effective_uid = known && (status.st_mode & S_ISUID) != 0 ? status.st_uid : options.user->uid;
    to.effective_gid = known && (status.st_mode & S_ISGID) != 0 ? status.st_gid : options.user->gid;
  }
  return {};
}

// Tells who waits for a byte; nobody may.
void put_byte(int pipe) { static_cast<void>(!TEMP_FAILURE_RETRY(::write(pipe, "", 1))); }

// Returns false if the other end was closed without a byte.
bool wait_for_byte(int pipe) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipe, &byte, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1;
}

// A filter needs CAP_SYS_ADMIN or the promise to gain no privileges by execve.
bool install_filter(const std::vector<sock_filter>& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return true;
  return errno == EACCES && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Returns the errno of what failed.
int execute(const Preparation& prepared) {
  if (prepared.user) {
    if (::setgroups(prepared.user->groups.size(), prepared.user->groups.data()) != 0 ||
        ::setregid(prepared.user->gid, prepared.effective_gid) != 0 || ::setreuid(prepared.user->uid, prepared.effective_uid) != 0) {
      return errno;
    }
  }
  if (!prepared.seccomp_filter.empty() && !install_filter(prepared.seccomp_filter)) return errno;
  ::execve(prepared.path.c_str(), prepared.argv.data(), prepared.envp.data());
  return errno;
}

// The child's life before the command. Only async-signal-safe calls; ends in the command or in _exit.
[[noreturn]] void wait_and_execute(int gate, int ready, int report, const Preparation& prepared) {
  restore(prepared.signals);
  if (prepared.stdout_fd >= 0) ::dup2(prepared.stdout_fd, STDOUT_FILENO);
  put_byte(ready);
  if (wait_for_byte(gate)) {
    const int failure = execute(prepared);
    static_cast<void>(!TEMP_FAILURE_RETRY(::write(report, &failure, sizeof failure)));
  }
  ::_exit(prepared.failure_status);
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::from_errno("cannot make a pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

SignalState SignalState::of_this_process() {
  SignalState state;
  ::sigprocmask(SIG_SETMASK, nullptr, &state.mask);
  ::sigemptyset(&state.ignored);
  for (int signo = 1; signo <= last_signal; ++signo) {
    struct sigaction action {};
    if (::sigaction(signo, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) ::sigaddset(&state.ignored, signo);
  }
  return state;
}

Result<std::string> find_executable(const std::string& word) {
  bool exists = false;
  if (word.find('/') != std::string::npos) {
    if (is_executable_file(word, exists)) return word;
    if (exists) return Error{ErrorKind::denied, fmt::format("'{}' is not an executable file", word)};
    return Error::from_errno(fmt::format("cannot run '{}'", word), errno);
  }
  const char* const variable = std::getenv("PATH");
  std::string_view rest = variable ? variable : "/bin:/usr/bin";
  while (!word.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string candidate = folder.empty() ? "./" + word : fmt::format("{}/{}", folder, word);
    if (is_executable_file(candidate, exists)) return folder.empty() ? word : candidate;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (exists) return Error{ErrorKind::denied, fmt::format("'{}' was found in PATH, but is not an executable file", word)};
  return Error{ErrorKind::not_found, fmt::format("command '{}' not found in PATH", word)};
}

Error become_command(const LaunchOptions& options, int gate, void (*on_failure)(int)) {
  Preparation prepared;
  if (const auto done = prepare(options, prepared); !done) return done.error();
  restore(prepared.signals);
  if (prepared.stdout_fd >= 0) ::dup2(prepared.stdout_fd, STDOUT_FILENO);
  if (wait_for_byte(gate)) on_failure(execute(prepared));
  ::_exit(prepared.failure_status);
}

Result<LaunchedCommand> LaunchedCommand::start(const LaunchOptions& options) {
  Preparation prepared;
  if (const auto done = prepare(options, prepared); !done) return done.error();
  auto gate = make_pipe();
  if (!gate) return gate.error();
  auto report = make_pipe();
  if (!report) return report.error();
  auto ready = make_pipe();
  if (!ready) return ready.error();

  const pid_t pid = ::fork();
  if (pid < 0) return Error::from_errno("cannot fork", errno);
  if (pid == 0) {
    gate->write_end.reset();  // or the child would never see the recorder's end
    wait_and_execute(gate->read_end.get(), ready->write_end.get(), report->write_end.get(), prepared);
  }
  ready->write_end.reset();
  wait_for_byte(ready->read_end.get());
  LaunchedCommand launched;
  launched.pid_ = pid;
  launched.gate_ = std::move(gate->write_end);
  launched.report_ = std::move(report->read_end);
  ::fcntl(launched.report_.get(), F_SETFL, O_NONBLOCK);
  return launched;
}

void LaunchedCommand::release() {
  put_byte(gate_.get());
  gate_.reset();
}

std::optional<int> LaunchedCommand::exec_result() {
  if (!report_) return 0;
  int failure = 0;
  const ssize_t bytes = ::read(report_.get(), &failure, sizeof failure);
  if (bytes < 0) return std::nullopt;  // EAGAIN: still before the execve
  if (bytes == sizeof failure) return failure;
  report_.reset();
  return 0;
}

}  // namespace sysreel
