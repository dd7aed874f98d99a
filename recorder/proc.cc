#include "recorder/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include "recorder/proc_numbers.h"

namespace sysreel::proc {
namespace {

constexpr unsigned long pf_kthread = 0x00200000;  // kernel include/linux/sched.h

// The text behind "Key:<tab>" in /proc/TID/status.
std::string_view field(std::string_view status, std::string_view key) {
  std::size_t at = 0;
  while (at < status.size()) {
    const std::size_t end = std::min(status.find('\n', at), status.size());
    const std::string_view line = status.substr(at, end - at);
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':') {
      const std::size_t value = line.find_first_not_of(" \t", key.size() + 1);
      return value == std::string_view::npos ? std::string_view{} : line.substr(value);
    }
    at = end + 1;
  }
  return {};
}

template <typename Number>
Number number(std::string_view text, int base = 10) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// The ninth field of /proc/TID/stat. The second one, the name, may hold blanks and parentheses.
bool is_kernel_thread(Tid tid) {
  const auto stat = read_file(path_of(tid, "stat"));
  if (!stat) return false;
  std::size_t at = stat->rfind(')');
  for (int blanks = 0; at != std::string::npos && blanks < 7; ++blanks) at = stat->find(' ', at + 1);
  if (at == std::string::npos) return false;
  return (number<unsigned long>(std::string_view(*stat).substr(at + 1)) & pf_kthread) != 0;
}

}  // namespace

std::string path_of(Tid tid, const char* name) { return fmt::format("{}/{}", folder_of(raw(tid)), name); }
std::string path_of(Pid pid, const char* name) { return fmt::format("{}/{}", folder_of(raw(pid)), name); }

std::optional<std::string> read_file(const std::string& path, std::size_t limit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string content;
  std::array<char, 4096> buffer;
  ssize_t bytes = 0;
  while (content.size() < limit && (bytes = ::read(fd, buffer.data(), std::min(buffer.size(), limit - content.size()))) > 0) {
    content.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
  ::close(fd);
  if (bytes < 0 && content.empty()) return std::nullopt;
  return content;
}

std::optional<std::string> read_link(const std::string& path) {
  std::array<char, 4096> buffer;
  const ssize_t bytes = ::readlink(path.c_str(), buffer.data(), buffer.size());
  if (bytes < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(bytes));
}

std::optional<Status> status_of(Tid tid) {
  const auto text = read_file(path_of(tid, "status"));
  if (!text || text->empty()) return std::nullopt;
  Status status;
  status.name = comm_of(tid);
  const std::string_view state = field(*text, "State");
  if (!state.empty()) status.state = state.front();
  status.pid = Pid{our_number(number<int>(field(*text, "Tgid")))};
  status.parent = Pid{our_number(number<int>(field(*text, "PPid")))};
  status.tracer = Pid{our_number(number<int>(field(*text, "TracerPid")))};
  status.uid = number<std::uint32_t>(field(*text, "Uid"));
  status.kernel_thread = is_kernel_thread(tid);
  status.pending = number<std::uint64_t>(field(*text, "SigPnd"), 16);
  status.shared_pending = number<std::uint64_t>(field(*text, "ShdPnd"), 16);
  return status;
}

std::vector<Tid> threads_of(Pid pid) {
  std::vector<Tid> threads;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path_of(pid, "task").c_str()), &::closedir);
  if (!folder) return threads;
  while (const dirent* const entry = ::readdir(folder.get())) {
    const int numbered = number<int>(entry->d_name);
    if (const int tid = numbered > 0 ? our_number(numbered) : 0; tid > 0) threads.push_back(Tid{tid});
  }
  return threads;
}

std::string comm_of(Tid tid) {
  std::string comm = read_file(path_of(tid, "comm")).value_or("");
  if (comm.ends_with('\n')) comm.pop_back();
  return comm;
}

}  // namespace sysreel::proc
