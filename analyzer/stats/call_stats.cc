#include "analyzer/stats/call_stats.h"

#include <algorithm>

namespace sysreel {

void CallFigures::add(std::uint16_t flags, std::int64_t result, Nanos duration, Nanos cpu) {
  ++calls;
  if (!(flags & call_no_result) && is_error(result)) ++errors;
  if (cpu.value >= 0) {
    on_cpu = on_cpu + cpu;
    ++on_cpu_known;
  }
  if (flags & (call_no_duration | call_start_unknown | call_no_result)) return;
  ++timed;
  total = total + duration;
  min = std::min(min, duration);
  max = std::max(max, duration);
  durations.add(duration);
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
  figures_of({call.abi, call.nr}).add(call.flags, call.result, call.duration, call.on_cpu);
}

Result<void> CallStats::add(ChunkView& chunk) {
  const Columns wanted = Columns::key | Columns::flags | Columns::result | Columns::duration | Columns::on_cpu;
  if (auto decoded = chunk.decode(wanted); !decoded) return decoded;
  const std::size_t count = chunk.calls();
  const auto keys = chunk.keys();
  const auto key = chunk.key();
  const auto flags = chunk.flags();
  const auto result = chunk.result();
  const auto duration = chunk.duration();
  const auto on_cpu = chunk.on_cpu();

  // Tables first: growing one while figures are referenced would move them.
  for (const CallKey& each : keys) figures_of(each);
  std::vector<CallFigures*> figures;
  figures.reserve(keys.size());
  for (const CallKey& each : keys) figures.push_back(&figures_of(each));

  for (std::size_t i = 0; i < count; ++i) {
    if (flags[i] & (call_hidden | call_in_flight)) continue;
    figures[key[i]]->add(flags[i], result[i], {duration[i]}, {on_cpu[i]});
  }
  return {};
}

CallFigures& CallStats::figures_of(CallKey key) {
  const auto number = static_cast<std::size_t>(raw(key.nr));
  if (raw(key.nr) < 0 || number >= direct_limit) return rare_[{key.abi, key.nr}];
  auto& table = direct_[static_cast<std::size_t>(key.abi)];
  if (number >= table.size()) table.resize(number + 1);
  return table[number];
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
  for (const auto& [key, figures] : rare_) {
    if (figures.calls) groups.push_back({key.first, key.second, &figures});
  }
  return groups;
}

}  // namespace sysreel
