#include "recorder/tracee_memory.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace sysreel {
namespace {

constexpr std::size_t batch_size = 64;  // ranges in one process_vm_readv; the kernel takes up to IOV_MAX

// Distributes the bytes of one process_vm_readv over its ranges; returns how many ranges were dealt with. The transfer
// ends at the first byte that faults, so only the last range of these can be short.
std::size_t distribute(std::span<ReadRequest> requests, std::size_t bytes) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].got = std::min(bytes, requests[i].into.size());
    bytes -= requests[i].got;
    if (requests[i].got < requests[i].into.size()) return i + 1;
  }
  return requests.size();
}

// Works page by page, because a read(2) of /proc/PID/mem that meets an unmapped page reports what it has.
void read_by_proc_mem(Tid tid, std::span<ReadRequest> requests) {
  std::array<char, 64> name;
  std::snprintf(name.data(), name.size(), "/proc/%d/mem", raw(tid));
  const int fd = ::open(name.data(), O_RDONLY | O_CLOEXEC);
  for (ReadRequest& request : requests) {
    request.got = 0;
    while (fd >= 0 && request.got < request.into.size()) {
      const ssize_t bytes = ::pread(fd, request.into.data() + request.got, request.into.size() - request.got,
                                    static_cast<off_t>(request.address + request.got));
      if (bytes <= 0) break;
      request.got += static_cast<std::size_t>(bytes);
    }
  }
  if (fd >= 0) ::close(fd);
}

}  // namespace

void LiveMemory::read(std::span<ReadRequest> requests) const {
  while (!requests.empty()) {
    std::array<iovec, batch_size> local;
    std::array<iovec, batch_size> remote;
    const std::size_t count = std::min(requests.size(), batch_size);
    for (std::size_t i = 0; i < count; ++i) {
      const ReadRequest& request = requests[i];
      local[i] = {request.into.data(), request.into.size()};
      remote[i] = {reinterpret_cast<void*>(request.address), request.into.size()};
    }
    const ssize_t bytes = ::process_vm_readv(raw(tid_), local.data(), count, remote.data(), count, 0);
    if (bytes < 0 && (errno == ENOSYS || errno == EPERM)) return read_by_proc_mem(tid_, requests);
    requests = requests.subspan(distribute(requests.first(count), bytes < 0 ? 0 : static_cast<std::size_t>(bytes)));
  }
}

}  // namespace sysreel
