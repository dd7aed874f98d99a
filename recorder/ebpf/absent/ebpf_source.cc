// Stands in for the engine in a build without clang, bpftool or libbpf.
#include "recorder/ebpf/ebpf_source.h"

namespace sysreel {

Result<std::unique_ptr<EventSource>> open_ebpf_source(const RecordOptions&) {
  return Error{ErrorKind::unsupported,
               "this build has no eBPF engine: it was built without clang, bpftool or libbpf; use --engine ptrace"};
}

bool has_ebpf_source() { return false; }

}  // namespace sysreel
