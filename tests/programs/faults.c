// Dies in every way that a diagnosis tells apart, one child after the other, each under the name of its way; near
// misses too.
//   faults FOLDER [WAY]...        FOLDER is for files; without a WAY all but those that need a cgroup
//   faults FOLDER oom CGROUP      with the folder of a memory cgroup that has a limit
//   faults FOLDER cgroup-kill CGROUP  with the folder of a cgroup of version 2
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char* folder;
static const char* cgroup;
static volatile long sink;

struct object {
  char head[24];
  int field;
};

static void* pages(size_t length, int protection) {
  return mmap(NULL, length, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

__attribute__((noinline)) void write_through(volatile struct object* object) {
  object->field = 1;
}
static void null_write(void) {
  write_through((void*)sink);
}
static void null_read(void) {
  sink = *(volatile long*)sink;
}
static void null_call(void) {
  ((void (*)(void))sink)();
}
static void non_canonical(void) {
  *(volatile char*)(0x8000000000000000ul + sink) = 1;
}
static void wild(void) {
  *(volatile char*)0x100000000000ul = 1;
}

static void read_only(void) {
  char* page = pages(4096, PROT_READ | PROT_WRITE);
  mprotect(page, 4096, PROT_READ);
  *(volatile char*)page = 1;
}

static void closed(void) {
  *(volatile char*)pages(4096, PROT_NONE) = 1;
}

static void no_exec(void) {
  unsigned char* page = pages(4096, PROT_READ | PROT_WRITE);
  page[0] = 0xc3;  // ret
  ((void (*)(void))page)();
}

static void unmapped(void) {
  char* page = pages(1 << 20, PROT_READ | PROT_WRITE);
  munmap(page, 1 << 20);
  page[4660] = 1;
}

// Mapped again: nothing is wrong.
static void remapped(void) {
  char* page = pages(4096, PROT_READ | PROT_WRITE);
  munmap(page, 4096);
  mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  page[0] = 1;
}

__attribute__((noinline)) long deeper(long depth) {
  volatile char room[4096];
  room[0] = (char)depth;
  if (depth < 0) return 0;
  return deeper(depth + 1) + room[0];
}
static void stack_main(void) {
  struct rlimit limit = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_STACK, &limit);
  sink = deeper(0);
}
static void* recurse(void* unused) {
  (void)unused;
  sink = deeper(0);
  return NULL;
}
static void stack_thread(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_t thread;
  pthread_create(&thread, &attributes, recurse, NULL);
  pthread_join(thread, NULL);
}

static void truncated(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/shrinking", folder);
  const int fd = open(path, O_RDWR | O_CREAT, 0600);
  if (ftruncate(fd, 65536) != 0) _exit(9);
  volatile char* file = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  file[20000] = 1;
  if (ftruncate(fd, 4096) != 0) _exit(9);
  file[20000] = 2;
}

static void divide(void) {
  sink = 1000 / sink;
}
static void trap(void) {
  __builtin_trap();
}
static void failed_check(void) {
  fputs("faults: check failed\n", stderr);
  abort();
}
static void forbidden_call(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {4, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  syscall(SYS_getppid);
}

static sigjmp_buf back;
static void jump_back(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}
// Faults, handles it and goes on: no death.
static void handled(void) {
  signal(SIGSEGV, jump_back);
  if (sigsetjmp(back, 1) == 0) null_read();
}

// --- killed
// --------------------------------------------------------------------------------------------------------------------

// Waits for a signal of the parent, which sends it once `ready` was read.
static int ready[2];
static void wait_for_signal(void) {
  if (write(ready[1], "r", 1) != 1) _exit(9);
  for (;;) pause();
}
static void sent_segv(void) {
  wait_for_signal();
}
static void sent_kill(void) {
  wait_for_signal();
}
static void sent_term(void) {
  wait_for_signal();
}

static void cpu_limit(void) {
  struct rlimit limit = {1, 1};
  setrlimit(RLIMIT_CPU, &limit);
  for (;;) sink++;
}

static int sleeper(void* unused) {
  (void)unused;
  const pid_t left = fork();
  if (left == 0) {
    prctl(PR_SET_NAME, "left-behind");
    if (write(ready[1], "r", 1) != 1) _exit(9);
    for (;;) pause();
  }
  char go;
  _exit(read(ready[0], &go, 1) == 1 ? 0 : 9);
}
// The init of a new pid namespace ends and leaves a process behind.
static void namespace_end(void) {
  static char stack[64 * 1024];
  const pid_t init = clone(sleeper, stack + sizeof stack, CLONE_NEWPID | SIGCHLD, NULL);
  waitpid(init, NULL, 0);
}

static void* wait_forever(void* unused) {
  (void)unused;
  for (;;) pause();
  return NULL;
}
// Ends with other threads alive, which is no death by a signal.
static void threads_exit(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, wait_forever, NULL);
  exit(0);
}

static void exit_137(void) {
  _exit(137);
}
// A shell's way: the child dies, the parent exits with 128 + 9.
static void passes_on(void) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, "inner");
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 0);
}

static void no_memory(void) {
  struct rlimit limit = {256 << 20, 256 << 20};
  setrlimit(RLIMIT_AS, &limit);
  if (mmap(NULL, 512 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) _exit(9);
  fputs("faults: out of memory\n", stderr);
  _exit(1);
}
// Refused as well, but content with less.
static void less_memory(void) {
  struct rlimit limit = {256 << 20, 256 << 20};
  setrlimit(RLIMIT_AS, &limit);
  if (mmap(NULL, 512 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) _exit(9);
}

static void enter_cgroup(void) {
  char path[4096], pid[32];
  snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
  const int length = snprintf(pid, sizeof pid, "%d", getpid());
  const int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, pid, length) != length) {
    perror(path);
    _exit(9);
  }
  close(fd);
}
static void oom(void) {
  enter_cgroup();
  for (;;) memset(pages(1 << 20, PROT_READ | PROT_WRITE), 1, 1 << 20);
}
static void cgroup_kill(void) {
  enter_cgroup();
  wait_for_signal();
}

// --- the children, one after the other
// --------------------------------------------------------------------------------------------

struct way {
  const char* name;
  void (*die)(void);
  int signal;  // that the parent sends; 0: none
};
static const struct way ways[] = {
    {"null-write", null_write, 0},
    {"null-read", null_read, 0},
    {"null-call", null_call, 0},
    {"non-canonical", non_canonical, 0},
    {"wild", wild, 0},
    {"read-only", read_only, 0},
    {"closed", closed, 0},
    {"no-exec", no_exec, 0},
    {"unmapped", unmapped, 0},
    {"remapped", remapped, 0},
    {"stack-main", stack_main, 0},
    {"stack-thread", stack_thread, 0},
    {"truncated", truncated, 0},
    {"divide", divide, 0},
    {"trap", trap, 0},
    {"failed-check", failed_check, 0},
    {"forbidden", forbidden_call, 0},
    {"handled", handled, 0},
    {"sent-segv", sent_segv, SIGSEGV},
    {"sent-kill", sent_kill, SIGKILL},
    {"sent-term", sent_term, SIGTERM},
    {"cpu-limit", cpu_limit, 0},
    {"namespace", namespace_end, 0},
    {"threads-exit", threads_exit, 0},
    {"exit-137", exit_137, 0},
    {"passes-on", passes_on, 0},
    {"no-memory", no_memory, 0},
    {"less-memory", less_memory, 0},
};
static const struct way oom_way = {"oom", oom, 0};
static const struct way cgroup_kill_way = {"cgroup-kill", cgroup_kill, 0};

static void write_to_cgroup_kill(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.kill", cgroup);
  const int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, "1", 1) != 1) perror(path);
  close(fd);
}

static void run(const struct way* way) {
  if (pipe(ready) != 0) _exit(9);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, way->name);
    way->die();
    _exit(0);
  }
  if (way->signal != 0 || way == &cgroup_kill_way) {
    char byte;
    if (read(ready[0], &byte, 1) != 1) _exit(9);
    if (way->signal != 0)
      kill(child, way->signal);
    else
      write_to_cgroup_kill();
  }
  int status = 0;
  waitpid(child, &status, 0);
  printf("%s %d %d\n", way->name, child, status);
  close(ready[0]);
  close(ready[1]);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  folder = argv[1];
  cgroup = argc > 3 ? argv[3] : NULL;
  setvbuf(stdout, NULL, _IONBF, 0);
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (argc > 2 && strcmp(argv[2], "oom") == 0) return run(&oom_way), 0;
  if (argc > 2 && strcmp(argv[2], "cgroup-kill") == 0) return run(&cgroup_kill_way), 0;
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
    int wanted = argc == 2;
    for (int a = 2; a < argc; ++a) wanted |= strcmp(argv[a], ways[i].name) == 0;
    if (wanted) run(&ways[i]);
  }
  return 0;
}
