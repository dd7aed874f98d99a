// Makes calls that can be told from each other: numbered_calls COUNT [PAUSE_US]. The n-th is getpriority(PRIO_PROCESS, 10000000 + n),
// whose error is that there is no such process; nothing else in the program makes this call. It rests after each thousand.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const long count = atol(argv[1]);
  const useconds_t pause = argc > 2 ? (useconds_t)atol(argv[2]) : 0;
  for (long i = 0; i < count; ++i) {
    getpriority(PRIO_PROCESS, (id_t)(10000000 + i));
    if (pause > 0 && i % 1000 == 999) usleep(pause);
  }
  printf("%ld calls made\n", count);
  return 0;
}
