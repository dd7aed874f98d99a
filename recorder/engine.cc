#include "recorder/engine.h"

#include <fmt/format.h>

#include "recorder/ebpf/ebpf_source.h"
#include "recorder/preflight.h"
#include "recorder/ptrace/ptrace_source.h"

namespace sysreel {

Result<EngineChoice> parse_engine(std::string_view text) {
  if (text == "auto") return EngineChoice::automatic;
  if (text == "ebpf") return EngineChoice::ebpf;
  if (text == "ptrace") return EngineChoice::ptrace;
  return Error{ErrorKind::usage, fmt::format("'{}' is not an engine (auto, ebpf, ptrace)", text)};
}

std::string needs_kernel(const RecordOptions& options) {
  if (options.counts_only) return "count calls without recording them";
  return options.filter.any() ? "filter by " + options.filter.words() : "";
}

Result<Engine> make_engine(EngineChoice choice, const RecordOptions& options) {
  if (choice == EngineChoice::ptrace) return Engine{make_ptrace_source(options), ""};
  if (choice == EngineChoice::automatic && options.seccomp_bpf) {
    return Engine{make_ptrace_source(options), "--seccomp-bpf is a way of the ptrace engine"};
  }
  auto ebpf = open_ebpf_source(options);
  if (ebpf) {
    return Engine{std::move(*ebpf), choice == EngineChoice::automatic ? "it can run here and costs the target least" : ""};
  }
  const Error why = first_obstacle(preflight_ebpf(PreflightView::here()), ebpf.error());
  if (choice == EngineChoice::ebpf) return Error{why.kind, "the eBPF engine cannot run: " + why.message};
  if (const std::string needed = needs_kernel(options); !needed.empty()) {
    return Error{why.kind, fmt::format("only the eBPF engine can {}, and it cannot run: {}", needed, why.message)};
  }
  return Engine{make_ptrace_source(options), why.message};
}

}  // namespace sysreel
