// What is kept of a process because it may matter for its death, and the death itself.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/diagnosis/finding.h"
#include "analyzer/model/memory_map.h"
#include "format/event.h"
#include "format/fault.h"
#include "format/header.h"

namespace sysreel::deaths {

// Values of uapi asm-generic/siginfo.h and asm/signal.h.
inline constexpr int si_user = 0, si_kernel = 128, si_tkill = -6;
inline constexpr int sigquit = 3, sigill = 4, sigtrap = 5, sigabrt = 6, sigbus = 7, sigfpe = 8, sigkill = 9,
                     sigsegv = 11, sigpipe = 13, sigalrm = 14, sigterm = 15, sigxcpu = 24, sigxfsz = 25, sigsys = 31;

// A signal on its way: who sent it, and how.
struct SentSignal {
  EventRef event{};
  Nanos time{};
  int signo = 0;
  int code = 0;  // si_code
  Pid sender{};  // the task that was running; 0: unknown
  std::string sender_name;
  bool sender_recorded = false;
  EventRef sender_ended{};  // the sender's own end, if it came before
  std::optional<SyscallNr> sender_call;
  std::uint32_t uid = 0;  // si_uid
  std::string line;
};

// A fault or abort as the thread took it.
struct Crash {
  EventRef event{};
  Nanos time{};
  Tid tid{};
  int signo = 0;
  int code = 0;
  std::uint64_t address = 0;  // si_addr
  int call = -1;              // si_syscall of SIGSYS
  Pid sender{};               // si_pid, where the code says that there is one
  std::uint64_t ip = 0;
  std::vector<std::byte> fault;  // see format/fault.h; empty: not recorded
  std::vector<std::uint64_t> stack;
  std::string line;
};

// A child that was waited for.
struct ReapedChild {
  EventRef event{};
  Pid pid{};
  int signo = 0;  // that it died of
};

// Requests for memory that the kernel refused.
struct Refusals {
  EventRef last{};
  std::string line;          // of the last one
  std::uint64_t bytes = 0;   // that it asked for
  std::uint64_t mapped = 0;  // then
  std::uint64_t count = 0;
};

struct MemorySample {
  Nanos time{};
  std::uint64_t resident = 0;  // pages
};

struct LastWords {
  EventRef event{};
  std::string text;  // what it wrote to standard error last
};

// Soft and hard limits by RLIMIT_* number; nothing where unknown. ~0: unlimited.
struct Limit {
  std::uint64_t soft = 0, hard = 0;
};
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};
inline constexpr int rlimit_cpu = 0, rlimit_stack = 3, rlimit_as = 9;
using Limits = std::map<int, Limit>;

// What happened to a process so far. Bounded, whatever it does.
struct Life {
  Pid pid{};
  Pid parent{};
  std::string name;
  std::string command_line;
  bool launched = false;        // its next execve is that of the recorded command
  std::deque<SentSignal> sent;  // the last ones that can end a process
  std::optional<Crash> crash;   // the last one
  EventRef oom_mark{};
  std::string oom_memory;       // "name value" lines
  std::string cgroup_at_start;  // counters, "name value" lines
  std::string cgroup_at_death;
  std::string kernel_log;
  Limits limits;
  LastWords last_words;
  Refusals refused;
  std::deque<ReapedChild> reaped;                // the last ones that died of a signal
  std::vector<MemorySample> memory;              // thinned out as they become many
  std::shared_ptr<const std::string> container;  // hints of its runtime; null: none

  // The last signal of this number that was sent; nullptr if none was seen.
  const SentSignal* last_sent(int signo) const {
    for (auto one = sent.rbegin(); one != sent.rend(); ++one) {
      if (one->signo == signo) return &*one;
    }
    return nullptr;
  }
};

struct Death : Life {
  EventRef event{};
  Nanos time{};
  int status = 0;                        // as wait4(2) reports it
  std::shared_ptr<const MemoryMap> map;  // as it was; null: nothing is known of it

  int signo() const { return status & 0x7f; }
  int exit_code() const { return signo() == 0 ? (status >> 8) & 0xff : -1; }
};

// A file that became shorter.
struct Truncation {
  EventRef event{};
  Nanos time{};
  std::uint64_t device = 0, inode = 0;
  std::string line;
  std::string by;  // name of the process
};

// What a rule may ask besides the death itself.
struct Inquest {
  const Header& header;
  const std::vector<Death>& deaths;
  const std::deque<Truncation>& truncations;
  const std::map<int, std::string>& command_lines;  // of senders that were not recorded, by pid
  std::uint64_t lost_calls = 0;
  std::uint64_t lost_others = 0;

  const Death* death_of(Pid pid) const {
    for (const Death& death : deaths) {
      if (death.pid == pid) return &death;
    }
    return nullptr;
  }
};

// Why a process died. What all deaths have (who, of what, registers, code) is added by the caller.
struct Cause {
  Confidence confidence = Confidence::certain;
  std::string text{};  // completes "python3 (pid 17) died of SIGSEGV: …"
  std::vector<std::string> details{};
  std::vector<Evidence> evidence{};
  std::string missing{};
  std::string advice{};
  Severity severity = Severity::error;
};

// Nothing where the death has another cause.
using CauseRule = std::optional<Cause> (*)(const Death&, const Inquest&);

}  // namespace sysreel::deaths
