// Sockets, options, messages and ioctl in a deterministic order, for comparison with strace's text.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static void options(int fd) {
  int value = 1, size = 0;
  socklen_t length = sizeof value;
  struct linger linger = {1, 5};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value);
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &size, &length);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &size, &length);
  getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, 0);
  setsockopt(fd, 0x7fff, 1, &value, sizeof value);
}

static void pair(void) {
  int fds[2];
  char buffer[64];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return;
  send(fds[0], "hello", 5, MSG_NOSIGNAL);
  recv(fds[1], buffer, sizeof buffer, 0);
  recv(fds[1], buffer, sizeof buffer, MSG_DONTWAIT);

  struct iovec parts[2] = {{(void *)"ab", 2}, {(void *)"cdef", 4}};
  char control[CMSG_SPACE(sizeof(int))];
  memset(control, 0, sizeof control);
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &fds[0], sizeof(int));
  sendmsg(fds[0], &message, 0);

  struct iovec into = {buffer, sizeof buffer};
  struct sockaddr_un from;
  struct msghdr received = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &into, .msg_iovlen = 1};
  recvmsg(fds[1], &received, 0);
  recvmsg(fds[1], &received, MSG_DONTWAIT);
  shutdown(fds[0], SHUT_WR);
  close(fds[0]);
  close(fds[1]);
}

int main(void) {
  int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0sysreel"};
  options(fd);
  connect(-1, (struct sockaddr *)&address, sizeof address);
  connect(-1, (struct sockaddr *)&abstract, sizeof(sa_family_t) + 8);
  connect(-1, (struct sockaddr *)&address, 4);
  connect(-1, NULL, 16);
  connect(-1, (struct sockaddr *)8, 16);
  accept(-1, NULL, NULL);
  listen(-1, 5);
  pair();
  int ready = 0;
  struct winsize size;
  struct termios settings;
  ioctl(fd, FIONREAD, &ready);
  ioctl(-1, TIOCGWINSZ, &size);
  ioctl(-1, TCGETS, &settings);
  ioctl(-1, FIONBIO, &ready);
  ioctl(-1, _IO(0xea, 1), 7);
  close(fd);
  return 0;
}
