#include "analyzer/diagnosis/slowness/slow_calls.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"

namespace sysreel {

const SlowKind slow_sync{"slow-sync", "fsync,fdatasync,sync_file_range,msync,syncfs,sync", "syncing to disk", millis(100),
                         "the disk is slow or busy: see iostat -x; sync less often, or in groups, or off the critical path"};
const SlowKind slow_open{"slow-open", "open,openat,openat2,stat,lstat,newfstatat,statx,access,faccessat,faccessat2", "opening or looking at files",
                         millis(100), "a network or automounted file system, or a disk at its limit: see which mount the path is on"};

void SlowCalls::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight) || call.has(call_hidden) || call.has(call_start_unknown) || call.duration < kind_.threshold) return;
  const std::string path = path_text(call);
  Object* object = objects_.make(path.empty() ? descriptor_text(call, scene) : path);
  if (!object) return;
  ++object->slow;
  object->total = object->total + call.duration;
  if (call.duration < object->longest) return;
  object->longest = call.duration;
  object->who = scene.name(call.pid);
  object->pid = call.pid;
  object->at = call.start;
  object->evidence = scene.evidence(call);
}

void SlowCalls::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [text, object] : objects_) {
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::certain,
                        .pid = object.pid,
                        .time = object.at,
                        .sentence = fmt::format("{} waited {} for {} ({}), {} at the longest", object.who, span_text(object.total),
                                                kind_.what, text, span_text(object.longest)),
                        .details = {fmt::format("{} such calls took {} or longer", object.slow, span_text(kind_.threshold))},
                        .evidence = {object.evidence},
                        .advice = std::string(kind_.advice)});
  }
}

}  // namespace sysreel
