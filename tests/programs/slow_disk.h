// A file system of one file whose fsync takes as long as asked: what a busy disk does, on any machine. It speaks the kernel's
// FUSE protocol (uapi linux/fuse.h) for as long as the calling process lives. Needs CAP_SYS_ADMIN and /dev/fuse.
#include <errno.h>
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/uio.h>

#define SLOW_FILE 2  // its node; FUSE_ROOT_ID is the directory

static void answer_fuse(int fd, const struct fuse_in_header *asked, int error, const void *data, size_t size) {
  struct fuse_out_header head = {.len = (unsigned)(sizeof head + size), .error = -error, .unique = asked->unique};
  const struct iovec parts[] = {{&head, sizeof head}, {(void *)data, size}};
  if (writev(fd, parts, 2) < 0) _exit(1);
}

static struct fuse_attr attributes_of(unsigned long node) {
  return (struct fuse_attr){.ino = node, .mode = node == SLOW_FILE ? S_IFREG | 0600 : S_IFDIR | 0700, .nlink = 1, .blksize = 4096};
}

static void serve_slow_disk(int fd, int sync_ms) {
  static char request[1 << 18];
  while (read(fd, request, sizeof request) > 0) {
    const struct fuse_in_header *asked = (const struct fuse_in_header *)request;
    const void *const rest = asked + 1;
    switch (asked->opcode) {
      case FUSE_INIT: {
        const struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 65536};
        answer_fuse(fd, asked, 0, &init, sizeof init);
        break;
      }
      case FUSE_LOOKUP: {
        const struct fuse_entry_out entry = {.nodeid = SLOW_FILE, .attr_valid = 60, .entry_valid = 60, .attr = attributes_of(SLOW_FILE)};
        answer_fuse(fd, asked, 0, &entry, sizeof entry);
        break;
      }
      case FUSE_GETATTR:
      case FUSE_SETATTR: {
        const struct fuse_attr_out attributes = {.attr_valid = 60, .attr = attributes_of(asked->nodeid)};
        answer_fuse(fd, asked, 0, &attributes, sizeof attributes);
        break;
      }
      case FUSE_OPEN: {
        const struct fuse_open_out open = {.fh = 1};
        answer_fuse(fd, asked, 0, &open, sizeof open);
        break;
      }
      case FUSE_WRITE: {
        const struct fuse_write_out written = {.size = ((const struct fuse_write_in *)rest)->size};
        answer_fuse(fd, asked, 0, &written, sizeof written);
        break;
      }
      case FUSE_FSYNC:
        pause_ms(sync_ms);
        answer_fuse(fd, asked, 0, NULL, 0);
        break;
      case FUSE_FLUSH:
      case FUSE_RELEASE: answer_fuse(fd, asked, 0, NULL, 0); break;
      case FUSE_FORGET:
      case FUSE_BATCH_FORGET: break;  // expect no answer
      default: answer_fuse(fd, asked, ENOSYS, NULL, 0);
    }
  }
  _exit(0);
}

// Mounts the file system at `folder`, in a mount namespace of the caller's own.
static void mount_slow_disk(const char *folder, int sync_ms) {
  const int fd = open("/dev/fuse", O_RDWR);
  char options[128];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
  if (fd < 0 || unshare(CLONE_NEWNS) != 0) _exit(1);
  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);  // fails in a chroot whose root is no mount, which shares nothing
  if (mount("slow_disk", folder, "fuse", MS_NOSUID | MS_NODEV, options) != 0) _exit(1);
  if (fork() == 0) serve_slow_disk(fd, sync_ms);
  close(fd);
}
