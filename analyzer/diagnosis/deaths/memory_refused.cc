// Ended badly after the kernel had refused memory: the limit of address space, or the kernel's rules of commitment.
#include <fmt/format.h>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {

std::optional<Cause> address_space_limit(const Death& death, const Inquest& inquest) {
  if (death.refused.count == 0) return std::nullopt;
  const bool gave_up = death.exit_code() > 0 || death.signo() == sigabrt || death.signo() == sigsegv;
  if (!gave_up) return std::nullopt;
  const auto found = death.limits.find(rlimit_as);
  const bool limited = found != death.limits.end() && found->second.soft != unlimited;
  const std::uint64_t wanted = death.refused.mapped + death.refused.bytes;
  const bool beyond = limited && wanted > found->second.soft;
  Cause cause;
  cause.confidence = beyond ? Confidence::probable : Confidence::possible;
  cause.text = beyond
                   ? fmt::format(
                         "it was refused memory: {} more on top of {} would be beyond its limit of address space, {} "
                         "(RLIMIT_AS); "
                         "nobody killed it",
                         size_text(death.refused.bytes), size_text(death.refused.mapped), size_text(found->second.soft))
                   : fmt::format("it had been refused {} of memory ({} refusals); nobody killed it",
                                 size_text(death.refused.bytes), death.refused.count);
  // That a refusal comes first does not prove that it is why the program gave up, unless it says so.
  const bool says_so = death.last_words.text.find("memory") != std::string::npos ||
                       death.last_words.text.find("alloc") != std::string::npos;
  if (beyond && says_so) cause.confidence = Confidence::certain;
  if (!beyond)
    cause.missing =
        limited ? "its limit of address space was not reached as far as its mappings are known"
                : "no limit of address space was recorded: overcommit rules, or vm.max_map_count, refuse as well";
  if (beyond && !says_so) cause.missing = "whether the program ended because of it";
  cause.evidence.push_back({death.refused.last, death.refused.line});
  for (std::string& line : memory_growth(death, inquest)) cause.details.push_back(std::move(line));
  cause.advice = beyond ? "raise the limit (ulimit -v, LimitAS=), or let the program use less"
                        : "compare /proc/meminfo's CommitLimit, and vm.overcommit_memory";
  return cause;
}

}  // namespace sysreel::deaths
