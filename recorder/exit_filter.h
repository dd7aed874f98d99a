// What is decided about a call when it ends, beside the call set: the eBPF engine does so in the kernel, where a call that
// does not pass costs no bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/event.h"
#include "format/ids.h"
#include "format/result.h"

namespace sysreel {

// A cgroup of the unified hierarchy, with all below it.
struct CgroupChoice {
  std::string path;
  std::uint64_t id = 0;
  std::uint32_t level = 0;  // below the root of the hierarchy
};

// A call passes if everything that is set holds for it. What changes descriptors, mappings or tasks is kept hidden.
struct ExitFilter {
  Nanos slower_than{};                     // at least so long; 0: any
  std::vector<int> errnos;                 // failed with one of these
  std::vector<std::string> path_prefixes;  // names a path that begins so, as the program spells it
  std::vector<std::uint32_t> fds;          // takes one of these descriptors
  std::optional<std::uint32_t> uid;        // real user id of the caller
  std::optional<std::string> comm;         // name of the calling thread
  std::optional<CgroupChoice> cgroup;
  std::uint32_t sample = 1;                // one of so many calls of each kind

  bool any() const;
  // What the reel says of it: "slower-than=10ms; path=/etc"; empty if nothing is set.
  std::string words() const;
  // Whether a call that has not ended yet may pass, as far as its duration and arguments tell.
  bool may_pass(const Call& in_flight) const;
};

// The largest filter that the engine takes.
inline constexpr std::size_t most_path_prefixes = 4;
inline constexpr std::size_t longest_path_prefix = 127;
inline constexpr std::uint32_t highest_filtered_fd = 1023;

// Bits of the arguments of a row that are descriptors, and of those that name a path that the kernel reads.
struct ArgumentRoles {
  std::uint8_t fds = 0;
  std::uint8_t paths = 0;
};
ArgumentRoles roles_of(Abi abi, SyscallNr nr);

// Finds a cgroup by its directory, or by its path below the root of the unified hierarchy.
Result<CgroupChoice> find_cgroup(std::string_view path);

}  // namespace sysreel
