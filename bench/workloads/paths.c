// Looks for a file that is not there, again and again: every call carries a path. paths N.
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
  const long times = count > 1 ? atol(words[1]) : 100000;
  for (long i = 0; i < times; ++i) {
    if (access("/usr/share/nothing/of/this/name/exists", R_OK) == 0) return 1;
  }
  return 0;
}
