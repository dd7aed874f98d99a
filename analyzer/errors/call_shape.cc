#include "analyzer/errors/call_shape.h"

#include <array>
#include <string_view>
#include <vector>

#include "format/abi/abi.h"

namespace sysreel::errors {
namespace {

struct DeedRow {
  std::string_view call;
  Deed deed;
};
constexpr DeedRow deeds[] = {
    {"access", Deed::look}, {"faccessat", Deed::look}, {"faccessat2", Deed::look}, {"stat", Deed::look},
    {"lstat", Deed::look}, {"newfstatat", Deed::look}, {"statx", Deed::look}, {"stat64", Deed::look},
    {"lstat64", Deed::look}, {"fstatat64", Deed::look}, {"readlink", Deed::look}, {"readlinkat", Deed::look},
    {"open", Deed::open}, {"openat", Deed::open}, {"openat2", Deed::open}, {"creat", Deed::open},
    {"mkdir", Deed::make}, {"mkdirat", Deed::make}, {"symlink", Deed::make}, {"symlinkat", Deed::make},
    {"link", Deed::make}, {"linkat", Deed::make}, {"rename", Deed::make}, {"renameat", Deed::make},
    {"renameat2", Deed::make}, {"mknod", Deed::make}, {"mknodat", Deed::make},
    {"execve", Deed::run}, {"execveat", Deed::run},
    {"read", Deed::read}, {"readv", Deed::read}, {"pread64", Deed::read}, {"preadv", Deed::read},
    {"recvfrom", Deed::read}, {"recvmsg", Deed::read}, {"recvmmsg", Deed::read}, {"recv", Deed::read},
    {"write", Deed::write}, {"writev", Deed::write}, {"pwrite64", Deed::write}, {"pwritev", Deed::write},
    {"sendto", Deed::write}, {"sendmsg", Deed::write}, {"sendmmsg", Deed::write}, {"send", Deed::write},
    {"sendfile", Deed::write}, {"sendfile64", Deed::write},
    {"poll", Deed::wait}, {"ppoll", Deed::wait}, {"select", Deed::wait}, {"pselect6", Deed::wait},
    {"_newselect", Deed::wait}, {"epoll_wait", Deed::wait}, {"epoll_pwait", Deed::wait}, {"epoll_pwait2", Deed::wait},
    {"io_uring_enter", Deed::wait},
    {"connect", Deed::connect}, {"accept", Deed::accept}, {"accept4", Deed::accept}, {"bind", Deed::bind},
    {"close", Deed::close}, {"dup2", Deed::replace}, {"dup3", Deed::replace}, {"getsockopt", Deed::option},
    {"mmap", Deed::map}, {"mmap2", Deed::map}, {"brk", Deed::map}, {"mremap", Deed::map}, {"mprotect", Deed::map},
    {"mlock", Deed::map}, {"mlock2", Deed::map}, {"mlockall", Deed::map},
};

Deed deed_of(std::string_view call) {
  for (const DeedRow& row : deeds) {
    if (row.call == call) return row.deed;
  }
  return Deed::other;
}

CallShape shape_from(const abi::SyscallRow& row) {
  CallShape shape{.deed = deed_of(row.name)};
  for (std::size_t i = 0; i < row.args.size() && i < 6; ++i) {
    const abi::Type& type = row.args[i].type;
    const auto index = static_cast<std::int8_t>(i);
    const bool output = type.copy.flow == abi::Flow::out || type.copy.flow == abi::Flow::inout;
    switch (type.kind) {
      case abi::Kind::path:
        if (output) break;
        (shape.path < 0 ? shape.path : shape.second_path) = index;
        break;
      case abi::Kind::at_fd:
        if (shape.path < 0) shape.start = index;
        break;
      case abi::Kind::sockaddr:
        if (!output) shape.address = index;
        break;
      case abi::Kind::fd:
        if (shape.descriptor < 0) shape.descriptor = index;
        break;
      default: break;
    }
  }
  return shape;
}

std::vector<CallShape> table_of(Abi abi) {
  std::vector<CallShape> table(abi::table_size(abi));
  for (std::size_t nr = 0; nr < table.size(); ++nr) {
    if (const abi::SyscallRow* row = abi::row_of(abi, SyscallNr{static_cast<std::int32_t>(nr)})) table[nr] = shape_from(*row);
  }
  return table;
}

}  // namespace

const CallShape& shape_of(Abi abi, SyscallNr nr) {
  static const std::array<std::vector<CallShape>, 4> tables = {table_of(Abi::x86_64), table_of(Abi::i386), table_of(Abi::x32),
                                                              table_of(Abi::aarch64)};
  static const CallShape none;
  const auto& table = tables[static_cast<unsigned>(abi)];
  const auto index = static_cast<std::size_t>(raw(nr));
  return raw(nr) >= 0 && index < table.size() ? table[index] : none;
}

}  // namespace sysreel::errors
