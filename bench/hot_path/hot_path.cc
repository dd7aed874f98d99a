// Runs a command with the programs of hot_path.bpf.c on it: hot_path STEP COMMAND [ARG]...
// Or puts them on a process until it is killed, and is then called "attached": hot_path STEP -p PID
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <string_view>

#include "bench/hot_path/steps.h"
#include "recorder/ebpf/record.h"  // the types of the skeleton's constants

#include "bench/hot_path/hot_path.skel.h"

namespace {

constexpr const char* names[] = {"exit-only", "dispatch", "filter", "clocks", "record", "payload", "no-duration", "count"};
constexpr unsigned long long ring_size = 16u << 20;  // as the recorder's, so that the caches see the same

struct Destroy {
  void operator()(hot_path_bpf* object) const { hot_path_bpf__destroy(object); }
};
using Object = std::unique_ptr<hot_path_bpf, Destroy>;

Object loaded(unsigned step, unsigned target) {
  Object object(hot_path_bpf__open());
  if (!object) return nullptr;
  object->rodata->step = step;
  object->rodata->launcher = static_cast<unsigned>(getpid());
  object->rodata->target = target;
  object->rodata->ring_mask = ring_size - 1;
  object->rodata->wake_mask = ~0ull;  // nobody reads, nobody is woken
  const auto cpus = static_cast<unsigned>(sysconf(_SC_NPROCESSORS_CONF));
  bpf_map__set_value_size(object->maps.rings, SR_CONTROL_SIZE + ring_size + SR_RING_PAD);
  bpf_map__set_max_entries(object->maps.rings, cpus);
  bpf_map__set_max_entries(object->maps.counts, cpus);
  if (step == STEP_EXIT_ONLY) bpf_program__set_autoload(object->progs.on_enter, false);
  if (hot_path_bpf__load(object.get()) != 0 || hot_path_bpf__attach(object.get()) != 0) return nullptr;
  return object;
}

int run(char** command) {
  const pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 126;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  for (unsigned step = 0; argc > 2 && step < std::size(names); ++step) {
    if (std::string_view(argv[1]) != names[step]) continue;
    const bool attaches = std::string_view(argv[2]) == "-p" && argc > 3;
    const Object object = loaded(step, attaches ? static_cast<unsigned>(std::atoi(argv[3])) : 0);
    if (!object) {
      std::fprintf(stderr, "hot_path: the programs cannot be loaded here: %s\n", std::strerror(errno));
      return 4;
    }
    if (!attaches) return run(argv + 2);
    signal(SIGINT, SIG_DFL);  // in a script's background job it is ignored
    prctl(PR_SET_NAME, "attached");
    while (true) pause();
  }
  std::fprintf(stderr, "Usage: hot_path STEP COMMAND [ARG]...\n       hot_path STEP -p PID\nSteps:");
  for (const char* const name : names) std::fprintf(stderr, " %s", name);
  std::fprintf(stderr, "\n");
  return 2;
}
