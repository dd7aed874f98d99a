// A handler only notes the signal: the tracing ends between two events, never inside one.
#include "tools/strace_signals.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sysreel::tools {
namespace {

volatile sig_atomic_t noted = 0;

void note_signal(int signo) { noted = signo; }

void set(int signo, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: waiting ends
  ::sigaction(signo, &action, nullptr);
}

}  // namespace

void take_signals(Interruptible when) {
  // A tracer in the background still writes to the terminal.
  set(SIGTTOU, SIG_IGN);
  set(SIGTTIN, SIG_IGN);
  if (when == Interruptible::anywhere) return;
  if (when == Interruptible::never_tstp) set(SIGTSTP, SIG_IGN);
  for (const int fatal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM}) {
    set(fatal, when == Interruptible::waiting ? note_signal : SIG_IGN);
  }
}

int interrupting_signal() { return noted; }

void die_of(int signo) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::signal(signo, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signo);
  ::raise(signo);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(128 + signo);
}

}  // namespace sysreel::tools
