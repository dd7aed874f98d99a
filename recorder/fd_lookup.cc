#include "recorder/fd_lookup.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "recorder/proc.h"
#include "recorder/proc_numbers.h"
#include "recorder/unix_peer.h"

namespace sysreel {
namespace {

constexpr long nr_pidfd_open = 434;   // uapi asm-generic/unistd.h; the same on every architecture
constexpr long nr_pidfd_getfd = 438;

FdKind kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return FdKind::file;
    case S_IFDIR: return FdKind::directory;
    case S_IFCHR: return FdKind::char_device;
    case S_IFBLK: return FdKind::block_device;
    case S_IFIFO: return FdKind::fifo;
    case S_IFSOCK: return FdKind::socket;
    case S_IFLNK: return FdKind::symlink;
    default: return FdKind::anon;  // anonymous inodes have no type
  }
}

// The number behind "key:" in a file of /proc/TID/fdinfo.
std::uint64_t fdinfo_number(std::string_view text, std::string_view key, int base) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  const std::size_t begin = text.find_first_not_of(" \t", at + key.size());
  std::uint64_t value = 0;
  if (begin != std::string_view::npos) std::from_chars(text.data() + begin, text.data() + text.size(), value, base);
  return value;
}

int socket_option(int fd, int option) {
  int value = 0;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : 0;
}

// Fills `storage` by getsockname(2) or getpeername(2); empty if there is no address.
ByteSpan address_of(int fd, sockaddr_storage& storage, int (*get)(int, sockaddr*, socklen_t*)) {
  socklen_t length = sizeof storage;
  if (get(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return std::as_bytes(std::span(&storage, 1)).first(std::min<std::size_t>(length, sizeof storage));
}

int get_socket_name(int fd, sockaddr* address, socklen_t* length) { return ::getsockname(fd, address, length); }
int get_peer_name(int fd, sockaddr* address, socklen_t* length) { return ::getpeername(fd, address, length); }

}  // namespace

bool FdLookup::look_up(Pid pid, Tid tid, int fd, FdFact& fact) {
  const std::string folder = proc::folder_of(raw(tid));
  const std::string link = fmt::format("{}/fd/{}", folder, fd);
  auto path = proc::read_link(link);
  if (!path) return false;
  path_ = std::move(*path);
  fact.fd = fd;
  fact.path = path_;
  struct stat status {};
  if (::stat(link.c_str(), &status) == 0) {
    fact.kind = kind_of(status.st_mode);
    fact.mode = status.st_mode;
    fact.device = status.st_dev;
    fact.inode = status.st_ino;
    fact.special = status.st_rdev;
  }
  add_fdinfo(folder, fd, fact);
  if (fact.kind == FdKind::socket) add_socket(pid, fd, fact);
  return true;
}

void FdLookup::add_fdinfo(const std::string& folder, int fd, FdFact& fact) {
  const auto info = proc::read_file(fmt::format("{}/fdinfo/{}", folder, fd), 4096);
  if (!info) return;
  fact.offset = fdinfo_number(*info, "pos:", 10);
  fact.open_flags = static_cast<std::uint32_t>(fdinfo_number(*info, "flags:", 8));
  if (path_ == "anon_inode:[pidfd]") {
    extra_ = fmt::format("pid:{}", static_cast<std::int64_t>(fdinfo_number(*info, "\nPid:", 10)));
    fact.extra = extra_;
  }
  if (path_ == "anon_inode:[eventfd]") {
    const auto count = fdinfo_number(*info, "eventfd-count:", 16);
    extra_ = fmt::format("{{eventfd-count={}{:x}, eventfd-id={}, eventfd-semaphore={}}}", count == 0 ? "" : "0x", count,
                         fdinfo_number(*info, "eventfd-id:", 10), fdinfo_number(*info, "eventfd-semaphore:", 10));
    fact.extra = extra_;
  }
}

int FdLookup::pidfd_of(Pid pid) {
  const auto found = pidfds_.find(raw(pid));
  if (found != pidfds_.end()) return found->second.get();
  const auto opened = static_cast<int>(::syscall(nr_pidfd_open, raw(pid), 0));
  return pidfds_.emplace(raw(pid), UniqueFd(opened)).first->second.get();
}

void FdLookup::add_socket(Pid pid, int fd, FdFact& fact) {
  const int pidfd = pidfd_of(pid);
  if (pidfd < 0) return;
  const UniqueFd copy(static_cast<int>(::syscall(nr_pidfd_getfd, pidfd, fd, 0)));
  struct stat status {};
  // A thread with a descriptor table of its own may mean another file by this number than its process does.
  if (!copy || ::fstat(copy.get(), &status) != 0 || status.st_ino != fact.inode) return;
  fact.family = static_cast<std::uint16_t>(socket_option(copy.get(), SO_DOMAIN));
  fact.socket_type = static_cast<std::uint16_t>(socket_option(copy.get(), SO_TYPE));
  fact.protocol = static_cast<std::uint16_t>(socket_option(copy.get(), SO_PROTOCOL));
  fact.local = address_of(copy.get(), local_, get_socket_name);
  fact.peer = address_of(copy.get(), peer_, get_peer_name);
  if (fact.family == AF_UNIX) {
    if (const std::uint32_t peer = unix_peer_of(static_cast<std::uint32_t>(fact.inode))) {
      extra_ = fmt::format("peer:{}", peer);
      fact.extra = extra_;
    }
  }
}

bool FdLookup::is_netlink(Pid pid, Tid tid, int fd) {
  const auto name = proc::read_link(fmt::format("{}/fd/{}", proc::folder_of(raw(tid)), fd));
  if (!name || !name->starts_with("socket:")) return false;
  const auto known = netlink_.find(*name);
  if (known != netlink_.end()) return known->second;
  constexpr std::size_t most_remembered = 4096;  // inodes are used again in time, and programs open many sockets
  if (netlink_.size() >= most_remembered) netlink_.clear();
  FdFact fact;
  const bool netlink = look_up(pid, tid, fd, fact) && fact.family == AF_NETLINK;
  return netlink_.emplace(*name, netlink).first->second;
}

std::vector<int> FdLookup::open_fds(Tid tid) {
  std::vector<int> fds;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(proc::path_of(tid, "fd").c_str()), &::closedir);
  if (!folder) return fds;
  while (const dirent* const entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') fds.push_back(std::atoi(entry->d_name));
  }
  std::sort(fds.begin(), fds.end());
  return fds;
}

}  // namespace sysreel
