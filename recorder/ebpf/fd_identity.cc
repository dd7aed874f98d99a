#include "recorder/ebpf/fd_identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace sysreel {
namespace {

constexpr std::uint16_t family_unix = 1, inet = 2, netlink = 16, inet6 = 10;  // uapi linux/socket.h
constexpr std::size_t unix_room = 112;  // of one address behind an sr_fd

// Magic numbers of file systems whose files have no path (uapi linux/magic.h).
constexpr std::uint32_t pipe_fs = 0x50495045, anon_inode_fs = 0x09041934, pid_fs = 0x50494446, tmp_fs = 0x01021994,
                        hugetlb_fs = 0x958458f6;

constexpr std::byte unnamed_unix[] = {std::byte{family_unix}, std::byte{0}};

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

FdIdentity::FdIdentity(ByteSpan bytes) {
  std::memcpy(&kernel_, bytes.data(), sizeof kernel_);
  behind_ = bytes.subspan(sizeof kernel_);
}

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
  if (kernel_.is_socket) add_addresses(fact);
  path_ = path();
  fact.path = path_;
  return fact;
}

void FdIdentity::add_addresses(FdFact& fact) {
  fact.family = kernel_.family;
  fact.socket_type = kernel_.type;
  fact.protocol = kernel_.protocol;
  if (kernel_.family == inet || kernel_.family == inet6) {
    fact.local = internet_address(local_, kernel_.local, kernel_.local_port);
    fact.peer = kernel_.peer_port ? internet_address(peer_, kernel_.peer, kernel_.peer_port) : ByteSpan{};
  } else if (kernel_.family == netlink) {  // sockaddr_nl: family, padding, port, groups
    std::memcpy(local_.data(), &kernel_.family, 2);
    std::memcpy(local_.data() + 4, kernel_.local, 8);
    fact.local = ByteSpan(local_).first(12);
  } else if (kernel_.family == family_unix) {
    fact.local = unix_address(0, kernel_.local_length);
    if (kernel_.peer_inode == 0) return;
    fact.peer = unix_address(unix_room, kernel_.peer_length);
    extra_ = fmt::format("peer:{}", kernel_.peer_inode);
    fact.extra = extra_;
  }
}

ByteSpan FdIdentity::internet_address(std::array<std::byte, 28>& into, const std::uint8_t* ip, std::uint16_t port) const {
  const bool v6 = kernel_.family == inet6;
  std::memcpy(into.data(), &kernel_.family, 2);
  std::memcpy(into.data() + 2, &port, 2);
  std::memcpy(into.data() + (v6 ? 8 : 4), ip, v6 ? 16 : 4);
  return {into.data(), v6 ? std::size_t{28} : std::size_t{16}};
}

ByteSpan FdIdentity::unix_address(std::size_t at, std::size_t length) {
  if (length == 0 || at + length > behind_.size()) return unnamed_unix;
  return behind_.subspan(at, length);
}

bool FdIdentity::is_whole() const {
  if (!kernel_.is_socket) return !path_.empty();
  const auto known = {inet, inet6, family_unix, netlink};
  return std::find(known.begin(), known.end(), kernel_.family) != known.end();
}

std::string FdIdentity::path() const {
  if (kernel_.is_socket) return fmt::format("socket:[{}]", kernel_.inode);
  if (kernel_.magic == pipe_fs) return fmt::format("pipe:[{}]", kernel_.inode);
  if (kernel_.magic == pid_fs) return "anon_inode:[pidfd]";
  if (kernel_.path == SR_PATH_WHOLE) return path_of_names();
  if (kernel_.path == SR_PATH_DELETED) return path_of_names() + " (deleted)";
  if (kernel_.path != SR_PATH_ALONE) return {};
  const std::string_view name(reinterpret_cast<const char*>(behind_.data()), kernel_.names_length - 1u);
  if (kernel_.magic == anon_inode_fs) return fmt::format("anon_inode:{}", name);
  if (kernel_.magic == tmp_fs || kernel_.magic == hugetlb_fs) return fmt::format("/{} (deleted)", name);
  return {};
}

// The names stand from the file upwards, each with its NUL.
std::string FdIdentity::path_of_names() const {
  std::string_view rest(reinterpret_cast<const char*>(behind_.data()), kernel_.names_length);
  std::vector<std::string_view> names;
  while (!rest.empty()) {
    names.push_back(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(names.back().size() + 1);
  }
  if (names.empty()) return "/";
  std::string path;
  for (auto name = names.rbegin(); name != names.rend(); ++name) path.append("/").append(*name);
  return path;
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
