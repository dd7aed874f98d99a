// Two threads storm with one-byte reads and writes, each a half of the iterations: two_threads N.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *storm(void *times) {
  const int from = open("/dev/zero", O_RDONLY), to = open("/dev/null", O_WRONLY);
  char byte;
  for (long i = 0; i < (long)times; ++i) {
    if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1) abort();
  }
  return 0;
}

int main(int count, char **words) {
  const long times = count > 1 ? atol(words[1]) / 2 : 100000;
  pthread_t other;
  if (pthread_create(&other, 0, storm, (void *)times)) return 1;
  storm((void *)times);
  pthread_join(other, 0);
  return 0;
}
