#include "analyzer/diagnosis/leaks/mapping_leak.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"

namespace sysreel {
namespace {

constexpr std::uint64_t many = 1000;
constexpr std::size_t finding_limit = 32;

}  // namespace

void MappingLeak::on(const Call& call, const Scene& scene) {
  if (began_.value == 0) began_ = call.start;
  now_ = std::max(now_, call.end());
  if (call.has(call_in_flight) || call.failed()) return;
  Mappings* mine = processes_.make(raw(call.pid));
  if (!mine) return;
  if (call_name(call) == "munmap") {
    ++mine->unmapped;
    mine->unmapped_bytes += call.args[1];
    return;
  }
  mine->bytes += call.args[1];
  if (mine->made++ == 0) mine->first = call.start;
  mine->last = call.end();
  if (mine->made != many) return;
  mine->who = scene.name(call.pid);
  mine->evidence = scene.evidence(call);
}

void MappingLeak::conclude(int pid, const Mappings& mappings) {
  const bool goes_on = (mappings.last - mappings.first).value >= (now_ - began_).value / 2;
  if (mappings.made < many || mappings.unmapped * 10 > mappings.made || !goes_on || found_.size() >= finding_limit) return;
  const std::uint64_t kept = mappings.bytes - std::min(mappings.bytes, mappings.unmapped_bytes);
  found_.push_back({.severity = Severity::warning,
                    .confidence = Confidence::possible,
                    .pid = Pid{pid},
                    .time = mappings.first,
                    .sentence = fmt::format("{} made {} mappings within {} and unmapped {}: {} MiB more", mappings.who, mappings.made,
                                            span_text(mappings.last - mappings.first), mappings.unmapped, kept >> 20),
                    .evidence = {mappings.evidence},
                    .missing = "whether the memory is still used",
                    .advice = "see which code maps (record with -k); vm.max_map_count ends it at 65,530 mappings"});
}

void MappingLeak::on(const TaskExit& exit, const Scene&) {
  if (!exit.whole_process) return;
  if (const Mappings* mine = processes_.find(raw(exit.pid))) conclude(raw(exit.pid), *mine);
  processes_.erase(raw(exit.pid));
}

void MappingLeak::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [pid, mappings] : processes_) conclude(pid, mappings);
  findings = std::move(found_);
}

}  // namespace sysreel
