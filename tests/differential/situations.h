// Calls in situations: every row of a program is a call, made once a situation, so that the text of its arguments can be
// compared with strace's. Nothing here succeeds in changing anything: descriptors are -1 and paths do not exist.
#pragma once

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a pointer argument is.
enum situation {
  readable,   // memory that holds what it should
  null,       // NULL
  unmapped,   // an address at which nothing is mapped
  cut_short,  // the mapping ends one byte too early
  situations
};

struct argument {
  enum { number, path, memory } kind;
  long value;         // of a number; bytes of memory
  unsigned char fill; // of memory
};

#define NUM(n) {number, (long)(n), 0}
#define FD NUM(-1)
#define CWD NUM(-100)
#define PATH {path, 0, 0}
#define MEM(size) {memory, size, 0}
#define FILLED(size, byte) {memory, size, byte}

struct row {
  long nr;
  struct argument args[6];
};

// Two pages, of which the second is not mapped, and a path each of whose bytes can be placed before that hole.
static char* page_end;

static void prepare_memory(void) {
  const long page = 4096;
  char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + page, page);
  page_end = pages + page;
}

static long address_in(enum situation situation, const struct argument* argument, char* spare) {
  static const char missing[] = "/no/such/folder/file";
  const long size = argument->kind == path ? (long)sizeof missing : argument->value;
  switch (situation) {
    case null: return 0;
    case unmapped: return (long)page_end + 1024;
    case cut_short: spare = page_end - size + 1; break;
    default: break;
  }
  for (long i = 0; i < size && spare + i < page_end; ++i) spare[i] = argument->kind == path ? missing[i] : (char)argument->fill;
  return (long)spare;
}

// Makes each call of the table in each situation. A call without pointers is made once.
static void make_calls(const struct row* rows, unsigned count) {
  static char spare[6][4096];
  prepare_memory();
  for (unsigned r = 0; r < count; ++r) {
    int has_pointer = 0;
    for (int s = 0; s < situations; ++s) {
      long values[6];
      for (int i = 0; i < 6; ++i) {
        const struct argument* argument = &rows[r].args[i];
        has_pointer |= argument->kind != number;
        values[i] = argument->kind == number ? argument->value : address_in((enum situation)s, argument, spare[i]);
      }
      syscall(rows[r].nr, values[0], values[1], values[2], values[3], values[4], values[5]);
      if (!has_pointer) break;
    }
  }
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])
