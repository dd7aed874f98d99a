// Calls on sockets in situations, and on a pair of connected ones; see situations.h.
#include <sys/socket.h>

#include "situations.h"

static const struct row calls[] = {
    {SYS_socket, {NUM(99), NUM(1), NUM(0)}},
    {SYS_socket, {NUM(2), NUM(0x80802), NUM(99)}},
    {SYS_socketpair, {NUM(2), NUM(1), NUM(0), MEM(8)}},
    {SYS_bind, {FD, FILLED(16, 2), NUM(16)}},
    {SYS_connect, {FD, MEM(16), NUM(16)}},
    {SYS_connect, {FD, FILLED(28, 10), NUM(28)}},
    {SYS_listen, {FD, NUM(5)}},
    {SYS_accept, {FD, MEM(16), MEM(4)}},
    {SYS_accept4, {FD, MEM(16), FILLED(4, 1), NUM(0x80800)}},
    {SYS_getsockname, {FD, MEM(16), FILLED(4, 1)}},
    {SYS_getpeername, {FD, MEM(16), FILLED(4, 1)}},
    {SYS_sendto, {FD, FILLED(40, 's'), NUM(40), NUM(0x4040), MEM(16), NUM(16)}},
    {SYS_recvfrom, {FD, MEM(40), NUM(40), NUM(2), MEM(16), MEM(4)}},
    {SYS_sendmsg, {FD, MEM(56), NUM(0x4000)}},
    {SYS_recvmsg, {FD, MEM(56), NUM(0x40)}},
    {SYS_sendmmsg, {FD, MEM(64), NUM(1), NUM(0)}},
    {SYS_recvmmsg, {FD, MEM(64), NUM(1), NUM(0x10000), MEM(16)}},
    {SYS_shutdown, {FD, NUM(1)}},
    {SYS_shutdown, {FD, NUM(9)}},
    {SYS_setsockopt, {FD, NUM(1), NUM(2), FILLED(4, 1), NUM(4)}},
    {SYS_setsockopt, {FD, NUM(1), NUM(13), MEM(8), NUM(8)}},
    {SYS_setsockopt, {FD, NUM(6), NUM(1), MEM(4), NUM(4)}},
    {SYS_setsockopt, {FD, NUM(0), NUM(1), MEM(4), NUM(4)}},
    {SYS_setsockopt, {FD, NUM(41), NUM(26), MEM(4), NUM(4)}},
    {SYS_setsockopt, {FD, NUM(1), NUM(20), MEM(16), NUM(16)}},
    {SYS_setsockopt, {FD, NUM(255), NUM(9), MEM(4), NUM(4)}},
    {SYS_getsockopt, {FD, NUM(1), NUM(4), MEM(4), FILLED(4, 0)}},
    {SYS_getsockopt, {FD, NUM(6), NUM(11), MEM(4), FILLED(4, 0)}},
    {SYS_getsockopt, {FD, NUM(1), NUM(17), MEM(12), FILLED(4, 0)}},
    {SYS_fanotify_init, {NUM(0x10000000), NUM(0)}},
    {SYS_fanotify_mark, {FD, NUM(1), NUM(0x20), CWD, PATH}},
    {SYS_io_setup, {NUM(-1), MEM(8)}},
    {SYS_io_destroy, {NUM(1)}},
    {SYS_io_getevents, {NUM(1), NUM(0), NUM(1), MEM(32), MEM(16)}},
    {SYS_io_submit, {NUM(1), NUM(1), MEM(8)}},
    {425, {NUM(0), MEM(120)}},
    {426, {FD, NUM(1), NUM(2), NUM(3), NUM(0), NUM(8)}},
    {427, {FD, NUM(99), NUM(0), NUM(1)}},
};

// What the kernel writes into results: a pair of sockets that talk.
static void talk(void) {
  int pair[2];
  char buffer[64];
  int value = 0;
  socklen_t size = sizeof value;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  if (send(pair[0], "hello\n", 6, MSG_NOSIGNAL) < 0) return;
  recv(pair[1], buffer, sizeof buffer, MSG_PEEK);
  recv(pair[1], buffer, sizeof buffer, 0);
  getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, &size);
  getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &size);
  shutdown(pair[0], SHUT_WR);
  recv(pair[1], buffer, sizeof buffer, 0);
  close(pair[0]);
  close(pair[1]);
}

int main(void) {
  make_calls(ROWS(calls));
  talk();
  return 0;
}
