#include "analyzer/text/entry_order.h"

#include <algorithm>

namespace sysreel::text {

void EntryOrder::add(std::int64_t time, bool begins) {
  if (!items_.empty() && time < items_.back().time) sorted_ = false;
  items_.push_back({time, static_cast<std::uint32_t>(events_.size()), begins});
}

void EntryOrder::take(const Call& call) {
  if (call.has(call_hidden)) {
    add(call.end().value, false);
  } else {
    add(call.start.value, true);
    if (!call.has(call_in_flight)) add(call.end().value, false);
  }
  events_.on(call);
}

void EntryOrder::flush() {
  if (!sorted_) {
    std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.time < b.time; });
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item* next = i + 1 < items_.size() ? &items_[i + 1] : nullptr;
    pass_on(items_[i], next);
  }
  events_.clear();
  items_.clear();
  sorted_ = true;
}

void EntryOrder::pass_on(const Item& item, const Item* next) {
  const AnyEvent& event = events_.events()[item.event];
  const auto* call = std::get_if<Call>(&event);
  if (!call) return deliver(event, sink_);
  if (!item.begins) {
    if (!in_flight_.empty()) in_flight_.erase(raw(call->tid));
    return sink_.on(*call);
  }
  // Its end follows at once: one line.
  if (next && !next->begins && next->event == item.event) return;
  const auto [known, is_new] = in_flight_.try_emplace(raw(call->tid), call->start.value);
  if (!is_new && known->second == call->start.value) return;
  known->second = call->start.value;
  Call beginning = *call;
  beginning.flags |= call_in_flight;
  sink_.on(beginning);
}

}  // namespace sysreel::text
