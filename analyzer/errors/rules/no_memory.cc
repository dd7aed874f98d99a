// ENOMEM: against which limit.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_no_memory(const Scene& scene, ErrorGroup& group) {
  if (group.call == "mmap" || group.call == "mremap") {
    const std::uint64_t length = scene.call.args[group.call == "mmap" ? 1 : 2];
    group.facts.push_back(fmt::format("{} bytes were asked for", length));
  }
  for (const char* name : {"Max address space", "Max data size", "Max locked memory", "Max processes"}) {
    const auto limit = scene.knowledge.soft_limit(scene.call.pid, name);
    if (limit && *limit != "unlimited") group.facts.push_back(fmt::format("{} was {} when recording began", name, *limit));
  }
}

std::string next_no_memory(const ErrorGroup& group) {
  if (group.call.starts_with("mlock")) return "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)";
  if (group.call == "mprotect" || group.call == "munmap") return "raise vm.max_map_count: the process has too many mappings";
  return "compare with the limits above (ulimit -v, -d), vm.overcommit_memory, and vm.max_map_count";
}

}  // namespace sysreel::errors
