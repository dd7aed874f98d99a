#include "recorder/resource_guard.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr Nanos interval{250'000'000};
constexpr std::uint64_t mebibyte = 1u << 20;

// A line "Name:   123 kB" of /proc/meminfo, in bytes.
std::uint64_t meminfo(const std::string& text, const char* name) {
  const std::size_t at = text.find(name);
  if (at == std::string::npos) return 0;
  const std::size_t digits = text.find_first_of("0123456789", at);
  std::uint64_t value = 0;
  if (digits != std::string::npos) std::from_chars(text.data() + digits, text.data() + text.size(), value);
  return value * 1024;
}

}  // namespace

std::optional<DiskSpace> disk_space_of(int fd) {
  struct stat status {};
  struct statfs system {};
  if (::fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) || ::fstatfs(fd, &system) != 0) return std::nullopt;
  const auto block = static_cast<std::uint64_t>(system.f_bsize);
  DiskSpace space{system.f_bavail * block, system.f_blocks * block};
  const auto type = static_cast<std::uint32_t>(system.f_type);
  if (type == TMPFS_MAGIC || type == RAMFS_MAGIC) {
    const std::string memory = proc::read_file("/proc/meminfo").value_or("");
    const std::uint64_t available = meminfo(memory, "MemAvailable:");
    const bool unlimited = space.total == 0;
    space.free = unlimited ? available : std::min(space.free, available);
    if (unlimited) space.total = meminfo(memory, "MemTotal:");
  }
  return space;
}

std::uint64_t default_floor(const DiskSpace& space) { return std::min(space.total / 20, 512 * mebibyte); }

std::uint64_t default_reel_bytes(const DiskSpace& space) { return std::min(space.free / 2, 4096 * mebibyte); }

std::uint64_t memory_in_use() {
  const std::string statm = proc::read_file("/proc/self/statm").value_or("");
  const std::size_t second = statm.find(' ');
  if (second == std::string::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(statm.data() + second + 1, statm.data() + statm.size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<Stop> ResourceGuard::check(Nanos now) {
  if (now - looked_ < interval) return std::nullopt;
  looked_ = now;
  if (limits_.memory != 0 && memory_in_use() > limits_.memory) return Stop{EndReason::memory, ""};
  if (limits_.free_bytes == 0u) return std::nullopt;
  const auto space = disk_space_of(place_.get());
  if (space && space->free < limits_.free_bytes.value_or(default_floor(*space))) return Stop{EndReason::free_space, ""};
  return std::nullopt;
}

}  // namespace sysreel
