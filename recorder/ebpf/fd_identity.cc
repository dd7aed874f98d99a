#include "recorder/ebpf/fd_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>

namespace sysreel {
namespace {

constexpr std::uint16_t inet = 2, inet6 = 10;

FdKind kind_of(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return FdKind::file;
    case S_IFDIR: return FdKind::directory;
    case S_IFCHR: return FdKind::char_device;
    case S_IFBLK: return FdKind::block_device;
    case S_IFIFO: return FdKind::fifo;
    case S_IFSOCK: return FdKind::socket;
    case S_IFLNK: return FdKind::symlink;
    default: return FdKind::anon;  // anon_inode files have no type
  }
}

// The kernel keeps device numbers as major << 20 | minor.
std::uint64_t device_of(std::uint64_t kernel) { return makedev(kernel >> 20, kernel & 0xfffff); }

}  // namespace

FdFact FdIdentity::fact() {
  FdFact fact;
  fact.fd = kernel_.fd;
  fact.kind = kind_of(kernel_.mode);
  fact.mode = kernel_.mode;
  fact.device = device_of(kernel_.device);
  fact.inode = kernel_.inode;
  fact.special = device_of(kernel_.special);
  fact.open_flags = kernel_.open_flags;
  fact.offset = kernel_.offset;
  if (kernel_.is_socket) {
    fact.family = kernel_.family;
    fact.socket_type = kernel_.type;
    fact.protocol = kernel_.protocol;
    fact.local = address(local_, kernel_.local, kernel_.local_port);
    fact.peer = kernel_.peer_port ? address(peer_, kernel_.peer, kernel_.peer_port) : ByteSpan{};
  }
  return fact;
}

ByteSpan FdIdentity::address(std::array<std::byte, 28>& into, const std::uint8_t* ip, std::uint16_t port) const {
  if (kernel_.family != inet && kernel_.family != inet6) return {};
  const bool v6 = kernel_.family == inet6;
  std::memcpy(into.data(), &kernel_.family, 2);
  std::memcpy(into.data() + 2, &port, 2);
  std::memcpy(into.data() + (v6 ? 8 : 4), ip, v6 ? 16 : 4);
  return {into.data(), v6 ? std::size_t{28} : std::size_t{16}};
}

bool FdIdentity::is_whole_without_lookup() const {
  return kernel_.is_socket && (kernel_.family == inet || kernel_.family == inet6);
}

void FdIdentity::name_by_inode(FdFact& fact) {
  path_ = "socket:[" + std::to_string(kernel_.inode) + "]";
  fact.path = path_;
}

void FdIdentity::find_path(FdFact& fact) {
  const std::string link = "/proc/" + std::to_string(raw(fact.pid)) + "/fd/" + std::to_string(fact.fd);
  struct statx now {};
  // Without a look at the server of a network file system, which may hang.
  if (::statx(AT_FDCWD, link.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, &now) != 0) return;
  if (now.stx_ino != fact.inode || makedev(now.stx_dev_major, now.stx_dev_minor) != fact.device) return;
  char target[4096];
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  if (length < 0) return;
  path_.assign(target, static_cast<std::size_t>(length));
  fact.path = path_;
  fact.late = true;
}

}  // namespace sysreel
