// Ended badly after the kernel had refused memory: the limit of address space, or the kernel's rules of commitment.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

bool gave_up(const Death& death) {
  return death.exit_code() > 0 || death.signo() == sigabrt || death.signo() == sigsegv;
}

// The soft limit of address space; nothing where there is none, or none is known.
std::optional<std::uint64_t> space_limit(const Death& death) {
  const auto found = death.limits.find(rlimit_as);
  if (found == death.limits.end() || found->second.soft == unlimited) return std::nullopt;
  return found->second.soft;
}

bool speaks_of_memory(const LastWords& words) {
  return words.text.find("memory") != std::string::npos || words.text.find("alloc") != std::string::npos;
}

void tell_limit(const Death& death, std::uint64_t limit, Cause& cause) {
  cause.text = fmt::format(
      "it was refused memory: {} more on top of {} would be beyond its limit of address space, {} (RLIMIT_AS); nobody "
      "killed it",
      size_text(death.refused.bytes), size_text(death.refused.mapped), size_text(limit));
  cause.advice = "raise the limit (ulimit -v, LimitAS=), or let the program use less";
  // That a refusal comes first does not prove that it is why the program gave up, unless it says so.
  cause.confidence = speaks_of_memory(death.last_words) ? Confidence::certain : Confidence::probable;
  if (cause.confidence != Confidence::certain) cause.missing = "whether the program ended because of it";
}

void tell_refusal(const Death& death, Cause& cause) {
  cause.text = fmt::format("it had been refused {} of memory ({} refusals); nobody killed it",
                           size_text(death.refused.bytes), death.refused.count);
  cause.confidence = Confidence::possible;
  cause.missing = space_limit(death)
                      ? "its limit of address space was not reached as far as its mappings are known"
                      : "no limit of address space was recorded: overcommit rules and vm.max_map_count refuse as well";
  cause.advice = "compare /proc/meminfo's CommitLimit, and vm.overcommit_memory";
}

}  // namespace

std::optional<Cause> address_space_limit(const Death& death, const Inquest& inquest) {
  if (death.refused.count == 0 || !gave_up(death)) return std::nullopt;
  const auto limit = space_limit(death);
  Cause cause;
  if (limit && death.refused.mapped + death.refused.bytes > *limit) {
    tell_limit(death, *limit, cause);
  } else {
    tell_refusal(death, cause);
  }
  cause.evidence.push_back({death.refused.last, death.refused.line});
  cause.details = memory_growth(death, inquest);
  return cause;
}

}  // namespace sysreel::deaths
