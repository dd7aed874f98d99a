#include "recorder/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace sysreel {
namespace {

constexpr std::size_t largest_record = 8192;  // kernel printk: a record of /dev/kmsg is never longer
constexpr std::size_t largest_news = 64 * 1024;

bool concerns_a_death(std::string_view record) {
  constexpr std::string_view words[] = {"oom",  "ut of memory", "Killed process", "segfault",
                                        "trap", "Code:",        "memory: usage",  "swap: usage"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return record.find(word) != std::string_view::npos; });
}

}  // namespace

KernelLog::KernelLog(const char* path) : log_(::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (log_) ::lseek(log_.get(), 0, SEEK_END);
}

std::string KernelLog::news() {
  std::string news;
  std::array<char, largest_record> buffer;
  while (log_) {
    // One record a read. EPIPE: records were overwritten before they were read; the next ones are still there.
    const ssize_t got = ::read(log_.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;
    if (got <= 0) break;
    std::string_view record(buffer.data(), static_cast<std::size_t>(got));
    record = record.substr(0, record.find('\n'));  // behind it: continuation lines with key=value pairs
    if (news.size() < largest_news && concerns_a_death(record)) (news += record) += '\n';
  }
  return news;
}

}  // namespace sysreel
