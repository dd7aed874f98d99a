#include "analyzer/diagnosis/slowness/tiny_io.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"

namespace sysreel {
namespace {

constexpr std::uint64_t many = 10'000;
constexpr std::uint64_t few_bytes = 64;       // a call, on average
constexpr std::uint64_t high_rate = 2'000;    // calls a second
constexpr std::size_t finding_limit = 32;

}  // namespace

void TinyIo::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight) || call.result <= 0) return;
  const bool writes = errors::shape_of(call.abi, call.nr).deed == errors::Deed::write;
  const auto fd = static_cast<std::int32_t>(call.args[0]);
  Flow* flow = flows_.make({raw(call.pid), fd, writes});
  if (!flow || flow->socket) return;
  if (flow->calls++ == 0) {
    const Descriptor* descriptor = scene.model.descriptor(call.pid, fd);
    flow->socket = descriptor && descriptor->kind == FdKind::socket;
    flow->first = call.start;
    flow->call = call_name(call);
  } else if (flow->calls == many) {
    flow->evidence = scene.evidence(call);
    flow->who = scene.name(call.pid);
    flow->what = descriptor_text(call, scene);
  }
  flow->bytes += static_cast<std::uint64_t>(call.result);
  flow->last = call.end();
}

void TinyIo::conclude(const Key& key, const Flow& flow) {
  if (flow.socket || flow.calls < many || flow.bytes / flow.calls > few_bytes || found_.size() >= finding_limit) return;
  const double seconds = static_cast<double>(std::max<std::int64_t>((flow.last - flow.first).value, 1)) / 1e9;
  const double rate = static_cast<double>(flow.calls) / seconds;
  if (rate < static_cast<double>(high_rate)) return;
  const double average = static_cast<double>(flow.bytes) / static_cast<double>(flow.calls);
  found_.push_back({.severity = Severity::warning,
                    .confidence = Confidence::certain,
                    .pid = Pid{std::get<0>(key)},
                    .time = flow.first,
                    .sentence = fmt::format("{} made {} calls of {} on {} for {:.1f} bytes each, {:.0f} a second", flow.who, flow.calls,
                                            flow.call, flow.what, average, rate),
                    .evidence = {flow.evidence},
                    .advice = "collect them in a buffer of some KiB (stdio, BufferedReader): a call costs more than the bytes it moves"});
}

void TinyIo::on(const TaskExit& exit, const Scene&) {
  if (!exit.whole_process) return;
  flows_.erase_if([&](const Key& key, const Flow& flow) {
    if (std::get<0>(key) != raw(exit.pid)) return false;
    conclude(key, flow);
    return true;
  });
}

void TinyIo::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [key, flow] : flows_) conclude(key, flow);
  findings = std::move(found_);
}

}  // namespace sysreel
