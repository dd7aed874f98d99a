// Every kind of hang, slowness and leak that a diagnosis knows, and beside each one a near miss. All run at once, each in
// a process of its own name, for some seconds.
//   troubles SECONDS FOLDER      it says when the end is near, and kills its process group if nobody else does
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *folder;
static int lasting;  // seconds

static void pause_ms(int ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL); }
static void path_in_folder(char *path, const char *name) { snprintf(path, 4096, "%s/%s", folder, name); }

#include "slow_disk.h"

// --- hangs -------------------------------------------------------------------------------------------------------------
static void parent_of_a_writer(int reads) {
  int ends[2];
  if (pipe(ends) != 0) _exit(1);
  const pid_t child = fork();
  if (child == 0) {
    static char much[1 << 20];
    close(ends[0]);
    _exit(write(ends[1], much, sizeof much) < 0);
  }
  close(ends[1]);
  static char some[65536];
  while (reads && read(ends[0], some, sizeof some) > 0) continue;
  waitpid(child, NULL, 0);
}
static void pipe_circle(void) { parent_of_a_writer(0); }
static void pipe_drained(void) { parent_of_a_writer(1); }

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static void *other_order(void *unused) {
  pthread_mutex_lock(&second);
  pause_ms(200);
  pthread_mutex_lock(&first);
  return unused;
}
static void deadlock(void) {
  pthread_t thread;
  pthread_mutex_lock(&first);
  pthread_create(&thread, NULL, other_order, NULL);
  pause_ms(100);
  pthread_mutex_lock(&second);
}

static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static void *worker(void *unused) {
  pthread_mutex_lock(&first);
  for (;;) pthread_cond_wait(&work, &first);
  return unused;
}
static void idle_workers(void) {
  pthread_t thread;
  for (int i = 0; i < 3; ++i) pthread_create(&thread, NULL, worker, NULL);
  poll(NULL, 0, -1);
}

static int locked_file(void) {
  char path[4096];
  path_in_folder(path, "lock");
  return open(path, O_RDWR | O_CREAT, 0600);
}
static void flock_wait(void) {
  flock(locked_file(), LOCK_EX);
  if (fork() == 0) flock(locked_file(), LOCK_EX);
  pause();
}

// --- slowness ------------------------------------------------------------------------------------------------------------
static void open_fifo_whose_writer_comes_after(const char *name, int ms) {
  char path[4096];
  path_in_folder(path, name);
  mkfifo(path, 0600);
  if (fork() == 0) {
    pause_ms(ms);
    _exit(open(path, O_RDWR) < 0);
  }
  close(open(path, O_RDONLY));
  wait(NULL);
}
static void slow_open(void) { open_fifo_whose_writer_comes_after("late", 400); }
static void swift_open(void) { open_fifo_whose_writer_comes_after("soon", 5); }

static void sync_on_a_disk(const char *name, int ms) {
  char path[4096];
  path_in_folder(path, name);
  mkdir(path, 0700);
  mount_slow_disk(path, ms);
  strcat(path, "/journal");
  const int file = open(path, O_WRONLY);
  for (int i = 0; i < 4; ++i) {
    if (file < 0 || write(file, "record", 6) != 6 || fsync(file) != 0) _exit(1);
  }
  close(file);
}
static void slow_sync(void) { sync_on_a_disk("slow_disk", 300); }
static void swift_sync(void) { sync_on_a_disk("swift_disk", 1); }

// A name server of our own, on a loopback address that nobody else uses.
static void ask_name_server(const char *server, int ms) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
  inet_pton(AF_INET, server, &address.sin_addr);
  const int listening = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0) _exit(1);
  if (fork() == 0) {
    char question[64];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    if (recvfrom(listening, question, sizeof question, 0, (struct sockaddr *)&from, &length) < 0) _exit(1);
    pause_ms(ms);
    _exit(sendto(listening, "answer", 6, 0, (struct sockaddr *)&from, length) < 0);
  }
  const int asking = socket(AF_INET, SOCK_DGRAM, 0);
  connect(asking, (struct sockaddr *)&address, sizeof address);
  char answer[64];
  if (send(asking, "question", 8, 0) < 0 || recv(asking, answer, sizeof answer, 0) < 0) _exit(1);
  close(asking);
  wait(NULL);
}
static void slow_dns(void) { ask_name_server("127.53.53.1", 700); }
static void swift_dns(void) { ask_name_server("127.53.53.2", 5); }

static void *locks_often(void *unused) {
  for (int i = 0; i < 200; ++i) {
    pthread_mutex_lock(&first);
    pause_ms(1);
    pthread_mutex_unlock(&first);
  }
  return unused;
}
static void *locks_at_leisure(void *unused) {
  for (int i = 0; i < 200; ++i) {
    pthread_mutex_lock(&first);
    pthread_mutex_unlock(&first);
    pause_ms(1);
  }
  return unused;
}
static void three_threads(void *(*run)(void *)) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, run, NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
}
static void contention(void) { three_threads(locks_often); }
static void free_lock(void) { three_threads(locks_at_leisure); }

static void write_often(size_t bytes) {
  static char data[4096];
  const int fd = open("/dev/null", O_WRONLY);
  for (int i = 0; i < 20000; ++i) {
    if (write(fd, data, bytes) < 0) _exit(1);
  }
}
static void tiny_writes(void) { write_often(1); }
static void large_writes(void) { write_often(4096); }

static void polling(void) {
  for (int i = 0; i < 5000; ++i) poll(NULL, 0, 0);
}
static void patient_poll(void) {
  for (int i = 0; i < 100; ++i) poll(NULL, 0, 10);
}

static void loop_and_block(int ms) {
  int ends[2];
  if (pipe(ends) != 0) _exit(1);
  const int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLOUT};
  epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event);
  for (int i = 0; i < 200; ++i) epoll_wait(set, &event, 1, -1);
  if (ms > 0) pause_ms(ms);
}
static void loop_blocks(void) { loop_and_block(200); }
static void loop_flows(void) { loop_and_block(0); }

static void connect_in_vain(int times) {
  struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9)};
  inet_pton(AF_INET, "127.53.53.2", &nobody.sin_addr);
  for (int i = 0; i < times; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    connect(fd, (struct sockaddr *)&nobody, sizeof nobody);
    close(fd);
  }
}
static void retry_storm(void) { connect_in_vain(60); }
static void few_retries(void) { connect_in_vain(5); }

// --- leaks: over nearly the whole time --------------------------------------------------------------------------------------
static void open_often(int keep) {
  for (int i = 0; i < 160; ++i) {
    const int fd = open("/dev/null", O_RDONLY);
    if (!keep) close(fd);
    pause_ms(lasting * 1000 / 200);
  }
}
static void fd_leak(void) { open_often(1); }
static void fd_tidy(void) { open_often(0); }

static void map_often(int keep) {
  for (int i = 0; i < 1600; ++i) {
    // Neighbours differ in protection: the kernel keeps them apart.
    void *at = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!keep) munmap(at, 4096);
    if (i % 10 == 0) pause_ms(lasting * 1000 / 200);
  }
}
static void map_leak(void) { map_often(1); }
static void map_tidy(void) { map_often(0); }

static void have_children(int waits) {
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (waits) waitpid(child, NULL, 0);
  }
  pause();
}
static void zombies(void) { have_children(0); }
static void no_zombies(void) { have_children(1); }

// --- all of them --------------------------------------------------------------------------------------------------------------
#define TROUBLE(name) {#name, name}
static const struct {
  const char *name;
  void (*run)(void);
} troubles[] = {
    TROUBLE(pipe_circle), TROUBLE(pipe_drained), TROUBLE(deadlock), TROUBLE(idle_workers), TROUBLE(flock_wait),
    TROUBLE(slow_open), TROUBLE(swift_open),
    TROUBLE(slow_sync), TROUBLE(swift_sync), TROUBLE(slow_dns), TROUBLE(swift_dns), TROUBLE(contention), TROUBLE(free_lock),
    TROUBLE(tiny_writes), TROUBLE(large_writes),
    TROUBLE(polling), TROUBLE(patient_poll), TROUBLE(loop_blocks), TROUBLE(loop_flows), TROUBLE(retry_storm),
    TROUBLE(few_retries), TROUBLE(fd_leak), TROUBLE(fd_tidy), TROUBLE(map_leak), TROUBLE(map_tidy), TROUBLE(zombies),
    TROUBLE(no_zombies),
};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  lasting = atoi(argv[1]);
  folder = argv[2];
  signal(SIGINT, SIG_IGN);  // the recorder passes it on
  for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; ++i) {
    if (fork() != 0) continue;
    prctl(PR_SET_NAME, troubles[i].name);
    troubles[i].run();
    _exit(0);
  }
  pause_ms(lasting * 1000);
  puts("the end is near");
  fflush(stdout);
  pause_ms(60000);  // who started it kills it, and else it does so itself
  kill(0, SIGKILL);
  return 1;
}
