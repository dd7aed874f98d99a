// The list of causes of death.
#pragma once

#include <span>
#include <string_view>

#include "analyzer/diagnosis/deaths/death.h"

namespace sysreel::deaths {

// In the order in which they are tried: the first that holds explains the death.
#define SYSREEL_CAUSES(CAUSE)                           \
  CAUSE(oom_kill, "oom-kill")                           \
  CAUSE(memory_daemon, "memory-daemon")                 \
  CAUSE(cpu_limit, "cpu-limit")                         \
  CAUSE(namespace_end, "pid-namespace-end")             \
  CAUSE(cgroup_kill, "cgroup-kill")                     \
  CAUSE(address_space_limit, "address-space-limit")     \
  CAUSE(seccomp_kill, "seccomp")                        \
  CAUSE(aborted, "abort")                               \
  CAUSE(timed_out, "timeout")                           \
  CAUSE(killed_by_process, "killed-by-process")         \
  CAUSE(non_canonical_address, "non-canonical-address") \
  CAUSE(null_call, "null-call")                         \
  CAUSE(null_pointer, "null-pointer")                   \
  CAUSE(stack_overflow, "stack-overflow")               \
  CAUSE(use_after_unmap, "use-after-unmap")             \
  CAUSE(not_executable, "not-executable")               \
  CAUSE(read_only, "read-only")                         \
  CAUSE(truncated_file, "truncated-file")               \
  CAUSE(wild_address, "wild-address")                   \
  CAUSE(bad_instruction, "bad-instruction")             \
  CAUSE(own_limit, "own-limit")                         \
  CAUSE(child_died, "child-died")                       \
  CAUSE(plain_status, "plain-status")                   \
  CAUSE(unexplained, "unexplained-death")

#define CAUSE(function, name) std::optional<Cause> function(const Death& death, const Inquest& inquest);
SYSREEL_CAUSES(CAUSE)
#undef CAUSE

struct CauseRow {
  std::string_view name;
  CauseRule rule;
};
std::span<const CauseRow> all_causes();

}  // namespace sysreel::deaths
