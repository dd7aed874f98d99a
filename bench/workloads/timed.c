// Runs a command and writes what it cost: timed FILE COMMAND... puts "wall user system parent" in nanoseconds into FILE.
// So the time of a tool's own start and end does not count. `parent` is what all threads of the parent, the tool, ran meanwhile.
#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

static long long run_time(pid_t process) {
  char path[512];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  long long sum = 0;
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    if (entry->d_name[0] == '.') continue;  // ".." has a schedstat, too: that of the first thread, once more
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", process, entry->d_name);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    long long ran = 0;
    if (fscanf(file, "%lld", &ran) == 1) sum += ran;
    fclose(file);
  }
  if (threads) closedir(threads);
  return sum;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  const long long parent = run_time(getppid()), begin = now();
  const pid_t child = fork();
  if (child == 0) {
    execvp(words[2], words + 2);
    _exit(127);
  }
  int status = 0;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 126;
  const long long wall = now() - begin, parent_used = run_time(getppid()) - parent;
  FILE *out = fopen(words[1], "w");
  if (!out) return 125;
  fprintf(out, "%lld %lld %lld %lld\n", wall, nanoseconds(used.ru_utime), nanoseconds(used.ru_stime), parent_used);
  if (fclose(out) != 0) return 125;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
