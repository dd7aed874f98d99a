#include "analyzer/stats/call_stats.h"

#include <fmt/format.h>

namespace sysreel {

Result<void> CallStats::add(ChunkView& chunk) {
  Columns wanted = Columns::flags | Columns::result | Columns::duration | Columns::on_cpu;
  if (grouping_ == Grouping::syscall) wanted = wanted | Columns::key;
  if (grouping_ == Grouping::thread || grouping_ == Grouping::process) wanted = wanted | Columns::task;
  if (timeline_ != nullptr || !window_.everything()) wanted = wanted | Columns::start;
  if (Result<void> decoded = chunk.decode(wanted); !decoded) return decoded;

  find_groups(chunk);
  if (grouping_ == Grouping::syscall) {
    add_calls(chunk, [&, key = chunk.key()](std::size_t i) -> CallFigures& { return *groups_[key[i]]; });
  } else if (grouping_ == Grouping::errno_value) {
    add_calls(chunk, [&, flags = chunk.flags(), result = chunk.result()](std::size_t i) -> CallFigures& {
      const bool failed = is_error(result[i]) && !(flags[i] & call_no_result);
      return of_error(failed ? static_cast<int>(-result[i]) : 0);
    });
  } else {
    add_calls(chunk, [&, task = chunk.task()](std::size_t i) -> CallFigures& { return *groups_[task[i]]; });
  }
  return {};
}

void CallStats::find_groups(ChunkView& chunk) {
  groups_.clear();
  switch (grouping_) {
    case Grouping::syscall:
      for (const CallKey& key : chunk.keys()) groups_.push_back(&table_.of(name_of_call(key.abi, key.nr)));
      break;
    case Grouping::thread:
      for (const TaskKey& task : chunk.tasks()) groups_.push_back(&table_.of(fmt::format_int(raw(task.tid)).c_str()));
      break;
    case Grouping::process:
      for (const TaskKey& task : chunk.tasks()) groups_.push_back(&table_.of(fmt::format_int(raw(task.pid)).c_str()));
      break;
    default: break;
  }
}

CallFigures& CallStats::of_error(int error) {
  CallFigures*& known = errors_[error];
  if (known == nullptr) known = &table_.of(name_of_error(error));
  return *known;
}

template <typename GroupOf>
void CallStats::add_calls(ChunkView& chunk, GroupOf group_of) {
  const auto flags = chunk.flags();
  const auto result = chunk.result();
  const auto duration = chunk.duration();
  const auto on_cpu = chunk.on_cpu();
  const auto start = chunk.start();  // empty where it is not needed
  for (std::size_t i = 0; i < chunk.calls(); ++i) {
    if (flags[i] & (call_hidden | call_in_flight)) continue;
    if (!start.empty()) {
      const Nanos end = Nanos{start[i]} + Nanos{duration[i]};
      if (!window_.contains(end)) continue;
      if (timeline_ != nullptr) timeline_->add(end, flags[i], result[i], {duration[i]}, {on_cpu[i]});
    }
    group_of(i).add(flags[i], result[i], {duration[i]}, {on_cpu[i]});
  }
}

}  // namespace sysreel
