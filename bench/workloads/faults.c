// Touches fresh memory, page by page, again and again: faults N.
#include <stdlib.h>
#include <sys/mman.h>

int main(int count, char **words) {
  const long times = count > 1 ? atol(words[1]) : 10;
  const size_t size = 64 << 20, page = 4096;
  for (long i = 0; i < times; ++i) {
    char *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    madvise(memory, size, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < size; at += page) memory[at] = 1;
    munmap(memory, size);
  }
  return 0;
}
