#include "analyzer/stats/call_stats.h"

#include <algorithm>

namespace sysreel {

void CallFigures::add(const Call& call) {
  ++calls;
  if (!call.has(call_no_result) && is_error(call.result)) ++errors;
  if (call.on_cpu.value >= 0) {
    on_cpu = on_cpu + call.on_cpu;
    ++on_cpu_known;
  }
  if (call.has(call_no_duration) || call.has(call_start_unknown) || call.has(call_no_result)) return;
  ++timed;
  total = total + call.duration;
  min = std::min(min, call.duration);
  max = std::max(max, call.duration);
  durations.add(call.duration);
}

void CallFigures::merge(const CallFigures& other) {
  calls += other.calls;
  errors += other.errors;
  total = total + other.total;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  on_cpu = on_cpu + other.on_cpu;
  on_cpu_known += other.on_cpu_known;
  timed += other.timed;
  durations.merge(other.durations);
}

void CallStats::on(const Call& call) {
  if (call.has(call_hidden) || call.has(call_in_flight)) return;
  const auto number = static_cast<std::size_t>(raw(call.nr));
  if (raw(call.nr) < 0 || number >= direct_limit) {
    rare_[{call.abi, call.nr}].add(call);
    return;
  }
  auto& table = direct_[static_cast<std::size_t>(call.abi)];
  if (number >= table.size()) table.resize(number + 1);
  table[number].add(call);
}

void CallStats::merge(const CallStats& other) {
  for (std::size_t abi = 0; abi < std::size(direct_); ++abi) {
    const auto& theirs = other.direct_[abi];
    if (theirs.size() > direct_[abi].size()) direct_[abi].resize(theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) direct_[abi][i].merge(theirs[i]);
  }
  for (const auto& [key, figures] : other.rare_) rare_[key].merge(figures);
  lost_ += other.lost_;
}

std::vector<CallStats::Group> CallStats::groups() const {
  std::vector<Group> groups;
  for (std::size_t abi = 0; abi < std::size(direct_); ++abi) {
    for (std::size_t i = 0; i < direct_[abi].size(); ++i) {
      const CallFigures& figures = direct_[abi][i];
      if (figures.calls) groups.push_back({static_cast<Abi>(abi), SyscallNr{static_cast<std::int32_t>(i)}, &figures});
    }
  }
  for (const auto& [key, figures] : rare_) groups.push_back({key.first, key.second, &figures});
  return groups;
}

}  // namespace sysreel
