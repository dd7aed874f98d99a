#include "analyzer/errors/error_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analyzer/text/call_line.h"
#include "analyzer/text/call_text.h"
#include "analyzer/wall_clock.h"
#include "format/abi/abi.h"

namespace sysreel {
namespace {

std::string error_name(int error) {
  const char* name = abi::errno_name(error);
  return name ? name : fmt::format("errno {}", error);
}

}  // namespace

void ErrorReport::begin(const Header& header) {
  header_ = header;
  filtered_ = !header.filter.empty();
}

void ErrorReport::on(const Loss& event) {
  if (!event.signals_and_tasks) lost_ += event.count;
}

void ErrorReport::on(const Call& call) {
  if (!call.has(call_hidden) && !call.has(call_in_flight) && options_.calls.has(call.abi, call.nr)) {
    ++calls_;
    if (call.failed()) {
      ++failures_;
      const FailureTarget target = target_of(call, model_);
      ErrorGroup& group = group_of(static_cast<int>(-call.result), text::row_for(call).name, target);
      if (group.count++ == 0) {
        group.first = call.end();
        group.example = text::call_line(call, model_);
      }
      group.last = call.end();
    }
  }
  model_.on(call);  // after the report: a failed call concerns the state before it
}

ErrorGroup& ErrorReport::group_of(int error, std::string_view call, const FailureTarget& target) {
  const auto find = [&](const FailureTarget& of) -> ErrorGroup& {
    auto [entry, is_new] = groups_.try_emplace(Key{error, std::string(call), of.text});
    if (is_new) {
      entry->second.error = error;
      entry->second.call = call;
      entry->second.target = of;
    }
    return entry->second;
  };
  if (groups_.size() < options_.group_limit || groups_.contains(Key{error, std::string(call), target.text})) return find(target);
  merged_targets_ = true;
  return find(FailureTarget{TargetKind::none, "(other targets)"});
}

std::vector<const ErrorGroup*> ErrorReport::groups() const {
  std::vector<const ErrorGroup*> sorted;
  for (const auto& [key, group] : groups_) sorted.push_back(&group);
  std::sort(sorted.begin(), sorted.end(), [](const ErrorGroup* a, const ErrorGroup* b) {
    return std::tuple(b->count, a->first) < std::tuple(a->count, b->first);
  });
  return sorted;
}

std::string ErrorReport::text() const {
  std::string out;
  const auto add = std::back_inserter(out);
  if (failures_ == 0) {
    fmt::format_to(add, "no call failed: {} calls, {} lost\n", calls_, lost_);
    return out;
  }
  fmt::format_to(add, "{} of {} calls failed, in {} groups\n", failures_, calls_, groups_.size());
  if (lost_) fmt::format_to(add, "{} calls happened and were lost: failures among them are not shown\n", lost_);
  if (filtered_) out += "recorded with a filter: failures of other calls are not in the reel\n";
  if (merged_targets_) fmt::format_to(add, "more than {} different targets: the rest is shown as (other targets)\n", options_.group_limit);
  for (const ErrorGroup* group : groups()) {
    fmt::format_to(add, "\n{:>8}  {} {} {}\n", group->count, error_name(group->error), group->call, group->target.text);
    if (const char* meaning = abi::errno_text(group->error)) fmt::format_to(add, "          {}\n", meaning);
    const std::string first = wall_clock(group->first, header_);
    if (group->count == 1) {
      fmt::format_to(add, "          at {}\n", first);
    } else {
      fmt::format_to(add, "          first {}, last {}\n", first, wall_clock(group->last, header_));
    }
    fmt::format_to(add, "          {}\n", group->example);
  }
  return out;
}

}  // namespace sysreel
