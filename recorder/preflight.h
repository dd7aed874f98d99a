// What is possible here, and why not: whether each engine can run on this machine, as this user, and what would help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/ids.h"
#include "format/result.h"
#include "recorder/event_source.h"

namespace sysreel {

// What one look at the machine found.
struct Finding {
  std::string subject;  // "kernel", "BTF", "CAP_BPF", ...: stable, for tests and JSON
  bool blocks = false;  // the engine cannot run because of it
  std::string fact;     // a sentence without a period: what is so
  std::string remedy;   // what would change it; empty if nothing is wrong
};

// Where to look, so that tests can provoke each finding. Paths are read beneath `root`.
struct PreflightView {
  std::string root;                     // "" is this machine; a test's directory holds proc/ and sys/
  std::uint64_t effective = 0;          // capabilities, as bits
  unsigned user = 0;                    // effective uid
  std::string release;                  // uname -r
  std::string machine;                  // uname -m
  bool engine_built = true;             // has_ebpf_source()
  int bpf_errno = 0;                    // of bpf(2) creating a small map; 0: it works
  int ptrace_errno = 0;                 // of ptrace(2) with a request that only permission can fail; 0: it works

  // This machine and process. Creates one small BPF map and gives it back.
  static PreflightView here();
};

// Everything the eBPF engine depends on, in the order in which it is needed.
std::vector<Finding> preflight_ebpf(const PreflightView& view);

// What only trying shows: whether this kernel's verifier takes the programs. They are loaded, not attached, and gone afterwards.
// To be asked where preflight_ebpf() finds no obstacle.
Finding preflight_programs(const RecordOptions& options);

// The same for ptrace. What depends on one target (whose it is, who traces it) is said by explain_denied() in target.h.
std::vector<Finding> preflight_ptrace(const PreflightView& view);

// What bears on a recording without forbidding an engine by itself: namespaces, filters, settings, limits.
std::vector<Finding> preflight_machine(const PreflightView& view);

// The file system of the folder that a reel would go to, and its free space.
Finding preflight_output(const std::string& folder);

// What of one process decides whether this process may record it.
std::vector<Finding> preflight_target(const PreflightView& view, Pid pid);

// The first finding that blocks, as an error: "FACT; REMEDY". `otherwise` if nothing blocks.
Error first_obstacle(const std::vector<Finding>& findings, const Error& otherwise);

}  // namespace sysreel
