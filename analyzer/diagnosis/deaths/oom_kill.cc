// Killed by the kernel's OOM killer. Said only on three pieces of evidence: the kernel marked the process as its
// victim, a SIGKILL came from the kernel, and the process died of it. A SIGKILL from the kernel alone also follows from
// RLIMIT_CPU and from the end of a pid namespace.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

// The text behind "key=" in the kernel's log, up to a comma or the end of the line.
std::string log_value(std::string_view log, std::string_view key) {
  const std::size_t at = log.find(key);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = log.substr(at + key.size());
  return std::string(rest.substr(0, rest.find_first_of(",\n")));
}

std::optional<std::uint64_t> limit_of(std::string_view counters) {
  for (const std::string_view name :
       {"memory.max", "memory.limit_in_bytes", "hierarchical_memory_limit", "above.memory.max"}) {
    const auto limit = value_of(counters, name);
    constexpr std::uint64_t no_limit = std::uint64_t{1} << 60;  // version 1 says "none" by a number this large
    if (limit && *limit < no_limit) return limit;
  }
  return std::nullopt;
}

bool counter_rose(const Death& death) {
  const auto before = value_of(death.cgroup_at_start, "oom_kill");
  const auto after = value_of(death.cgroup_at_death, "oom_kill");
  return after && *after > before.value_or(0);
}

// Which memory ran out: a group's or the machine's.
std::string scope_of(const Death& death, Cause& cause) {
  const std::string constraint = log_value(death.kernel_log, "constraint=");
  const std::string group = log_value(death.kernel_log, "oom_memcg=");
  const std::string& counters = death.cgroup_at_death.empty() ? death.cgroup_at_start : death.cgroup_at_death;
  const auto limit = limit_of(counters);
  const std::string of_limit = limit ? fmt::format(" of {}", size_text(*limit)) : "";
  if (constraint == "CONSTRAINT_MEMCG") return fmt::format("its memory cgroup {} reached its limit{}", group, of_limit);
  if (constraint == "CONSTRAINT_NONE") return "the machine ran out of memory";
  if (!constraint.empty()) return fmt::format("memory ran out within {}", constraint);
  if (limit && counter_rose(death)) return fmt::format("its memory cgroup reached its limit{}", of_limit);
  cause.missing = "whether a memory cgroup or the whole machine ran out: the kernel's log could not be read";
  return "memory ran out";
}

std::string resident_text(const Death& death) {
  const auto anonymous = value_of(death.oom_memory, "anon-rss");
  if (!anonymous) return "";
  const std::uint64_t others =
      value_of(death.oom_memory, "file-rss").value_or(0) + value_of(death.oom_memory, "shmem-rss").value_or(0);
  return fmt::format(" while it used {} ({} of it anonymous)", size_text((*anonymous + others) * 1024),
                     size_text(*anonymous * 1024));
}

}  // namespace

std::optional<Cause> oom_kill(const Death& death, const Inquest& inquest) {
  if (death.signo() != sigkill || raw(death.oom_mark) == 0) return std::nullopt;
  const SentSignal* const kill = death.last_sent(sigkill);
  const bool from_kernel = kill && kill->code == si_kernel;
  Cause cause;
  cause.confidence = from_kernel ? Confidence::certain : Confidence::probable;
  cause.text = fmt::format("the kernel's OOM killer chose it{}: {}", resident_text(death), scope_of(death, cause));
  if (!from_kernel) cause.missing = "no SIGKILL from the kernel was seen on its way";
  cause.evidence.push_back({death.oom_mark, "chosen by the OOM killer"});
  if (kill) cause.evidence.push_back(evidence_of(*kill));
  if (kill && from_kernel && kill->sender != death.pid) {
    cause.details.push_back(fmt::format("the memory was asked for by {}", sender_text(*kill, inquest)));
  }
  for (std::string& line : memory_growth(death, inquest)) cause.details.push_back(std::move(line));
  cause.advice = "see who mapped the memory, and whether the limit fits what the program needs";
  return cause;
}

}  // namespace sysreel::deaths
