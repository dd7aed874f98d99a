// Makes a known number of calls from several threads: known_calls THREADS CALLS. Each is getppid(), which does nothing else.
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long calls;

static void *run(void *unused) {
  for (long i = 0; i < calls; ++i) syscall(SYS_getppid);
  return unused;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const int threads = atoi(argv[1]);
  calls = atol(argv[2]);
  pthread_t *started = calloc((size_t)threads, sizeof *started);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (int i = 0; i < threads; ++i) {
    if (pthread_create(&started[i], &small, run, NULL) != 0) return 1;
  }
  for (int i = 0; i < threads; ++i) pthread_join(started[i], NULL);
  return 0;
}
