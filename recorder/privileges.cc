#include "recorder/privileges.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <sstream>
#include <string>

#include "recorder/proc.h"

namespace sysreel {
namespace {

// Numbers: uapi linux/capability.h; the last two are younger than some hosts' header.
constexpr unsigned perfmon = 38, bpf = 39;
constexpr std::array kept{CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SYS_PTRACE, CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_SYSLOG};

std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

struct Sets {
  std::array<__user_cap_data_struct, 2> data{};

  bool read() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capget, &header, data.data()) == 0;
  }
  void write() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    ::syscall(SYS_capset, &header, data.data());
  }
  std::uint64_t permitted() const { return data[0].permitted | std::uint64_t{data[1].permitted} << 32; }
  void keep_only(std::uint64_t mask) {
    for (int half = 0; half < 2; ++half) {
      const auto part = static_cast<std::uint32_t>(mask >> (32 * half));
      data[static_cast<std::size_t>(half)].permitted &= part;
      data[static_cast<std::size_t>(half)].effective &= part;
      data[static_cast<std::size_t>(half)].inheritable = 0;
    }
  }
};

// The lines "Name:<TAB>a<TAB>b…" of a process's status, as numbers.
std::array<std::uint64_t, 4> numbers_of(const std::string& status, const char* name, int base) {
  std::array<std::uint64_t, 4> numbers{};
  const std::size_t at = status.find(name);
  if (at == std::string::npos) return numbers;
  std::istringstream line(status.substr(at + std::string_view(name).size(), status.find('\n', at) - at - std::string_view(name).size()));
  if (base == 16) line >> std::hex;
  for (std::uint64_t& number : numbers) line >> number;
  return numbers;
}

}  // namespace

void drop_privileges(const RemainingWork& work) {
  Sets sets;
  if (!sets.read() || sets.permitted() == 0) return;
  std::uint64_t mask = bit(perfmon) | bit(bpf);
  for (const int capability : kept) mask |= bit(static_cast<unsigned>(capability));
  if (work.more_files) mask |= bit(CAP_DAC_OVERRIDE);
  if (work.more_files && work.files_change_hands) mask |= bit(CAP_CHOWN);
  for (unsigned capability = 0; capability < 64; ++capability) {
    if ((mask & bit(capability)) == 0) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  sets.keep_only(mask);
  sets.write();
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

bool privileged_by_file() {
  Sets sets;
  return ::getuid() != 0 && sets.read() && sets.permitted() != 0;
}

bool real_user_may_trace(Pid pid) {
  const std::string status = proc::read_file(proc::path_of(pid, "status")).value_or("");
  if (status.empty()) return false;
  const auto uids = numbers_of(status, "\nUid:", 10), gids = numbers_of(status, "\nGid:", 10);
  for (int i = 0; i < 3; ++i) {  // real, effective, saved
    if (uids[static_cast<std::size_t>(i)] != ::getuid() || gids[static_cast<std::size_t>(i)] != ::getgid()) return false;
  }
  if (numbers_of(status, "\nCapPrm:", 16)[0] != 0) return false;
  // /proc shows what is not dumpable as root's.
  struct stat folder {};
  if (::stat(fmt::format("/proc/{}", raw(pid)).c_str(), &folder) != 0 || folder.st_uid != ::getuid()) return false;
  const std::string scope = proc::read_file("/proc/sys/kernel/yama/ptrace_scope").value_or("0");
  return scope.empty() || scope.front() <= '1';
}

std::size_t leave_out_foreign(std::vector<Pid>& pids) {
  return privileged_by_file() ? std::erase_if(pids, [](Pid pid) { return !real_user_may_trace(pid); }) : 0;
}

}  // namespace sysreel
