// Two threads that block for good: one reads from an empty pipe, one waits on a futex. Prints "PID FD FUTEX" when both do.
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int pipe_ends[2];
static unsigned futex_word = 7;

static void* read_forever(void* unused) {
  char byte;
  return read(pipe_ends[0], &byte, 1) < 0 ? unused : NULL;
}

static void* wait_forever(void* unused) {
  syscall(SYS_futex, &futex_word, FUTEX_WAIT_PRIVATE, 7, NULL, NULL, 0);
  return unused;
}

int main(void) {
  pthread_t reader, waiter;
  if (pipe(pipe_ends) != 0) return 1;
  pthread_create(&reader, NULL, read_forever, NULL);
  pthread_create(&waiter, NULL, wait_forever, NULL);
  usleep(200 * 1000);  // nothing tells when a thread sleeps in the kernel
  printf("%d %d %p\n", getpid(), pipe_ends[0], (void*)&futex_word);
  fflush(stdout);
  for (;;) pause();
}
