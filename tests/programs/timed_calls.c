// Makes calls in known numbers, and measures those that take long itself. Prints a line each: name, count, errors, and the
// nanoseconds that it saw them take, 0 where it did not look.
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  enum { sleeps = 40, polls = 20, asked = 3000, failed = 500 };
  int64_t slept = 0, polled = 0;
  for (int i = 0; i < sleeps; ++i) {
    const int64_t before = now();
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    slept += now() - before;
  }
  for (int i = 0; i < polls; ++i) {
    const int64_t before = now();
    poll(NULL, 0, 5);
    polled += now() - before;
  }
  for (int i = 0; i < asked; ++i) getppid();
  for (int i = 0; i < failed; ++i) syscall(SYS_fchdir, -1);
  printf("clock_nanosleep %d 0 %lld\n", sleeps, (long long)slept);
  printf("poll %d 0 %lld\n", polls, (long long)polled);
  printf("getppid %d 0 0\n", asked);
  printf("fchdir %d %d 0\n", failed, failed);
  return 0;
}
