// Stands in for the engine in a build without clang, bpftool or libbpf.
#include "recorder/ebpf/ebpf_source.h"

namespace sysreel {
namespace {

Error no_engine() {
  return {ErrorKind::unsupported, "this build has no eBPF engine: it was built without clang, bpftool or libbpf; use --engine ptrace"};
}

}  // namespace

Result<std::unique_ptr<EventSource>> open_ebpf_source(const RecordOptions&) { return no_engine(); }
Result<void> try_ebpf_programs(const RecordOptions&) { return no_engine(); }

bool has_ebpf_source() { return false; }

}  // namespace sysreel
