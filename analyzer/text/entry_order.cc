#include "analyzer/text/entry_order.h"

#include <algorithm>

namespace sysreel::text {
namespace {

// So many places an item is moved towards the beginning: events come nearly in order.
constexpr std::size_t most_moves = 16;

}  // namespace

void EntryOrder::Items::add(const Item& item) {
  std::size_t place = items_.size();
  const std::size_t first = place - std::min(place, most_moves);
  while (place > first && item < items_[place - 1]) --place;
  if (place == first && place > 0 && item < items_[place - 1]) {
    early_.push_back(item);
  } else {
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(place), item);
  }
}

std::vector<EntryOrder::Item>& EntryOrder::Items::sorted() {
  if (early_.empty()) return items_;
  std::sort(early_.begin(), early_.end());
  const auto middle = static_cast<std::ptrdiff_t>(items_.size());
  items_.insert(items_.end(), early_.begin(), early_.end());
  std::inplace_merge(items_.begin(), items_.begin() + middle, items_.end());
  early_.clear();
  return items_;
}

void EntryOrder::take(const Call& call) {
  if (call.has(call_hidden)) {
    calls_.add({call.end().value, next(), false});
  } else {
    calls_.add({call.start.value, next(), true});
    if (!call.has(call_in_flight)) calls_.add({call.end().value, next(), false});
  }
  events_.on(call);
}

void EntryOrder::flush() {
  std::vector<Item>& items = calls_.sorted();
  const std::vector<Item>& others = others_.sorted();
  const auto middle = static_cast<std::ptrdiff_t>(items.size());
  items.insert(items.end(), others.begin(), others.end());
  std::inplace_merge(items.begin(), items.begin() + middle, items.end());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item* next = i + 1 < items.size() ? &items[i + 1] : nullptr;
    pass_on(items[i], next);
  }
  events_.clear();
  calls_.clear();
  others_.clear();
}

// Returns false if it has been passed on already.
bool EntryOrder::note_in_flight(int tid, std::int64_t start) {
  const auto known = in_flight_.find(tid);
  if (known != in_flight_.end()) {
    if (known->second == start) return false;
    known->second = start;
  } else if (spare_.empty()) {
    in_flight_.emplace(tid, start);
  } else {
    spare_.key() = tid;
    spare_.mapped() = start;
    in_flight_.insert(std::move(spare_));
  }
  return true;
}

void EntryOrder::pass_on(const Item& item, const Item* next) {
  const AnyEvent& event = events_.events()[item.event];
  const auto* call = std::get_if<Call>(&event);
  if (!call) return deliver(event, sink_);
  if (!item.begins) {
    if (!in_flight_.empty()) {
      if (auto node = in_flight_.extract(raw(call->tid))) spare_ = std::move(node);
    }
    return sink_.on(*call);
  }
  // Its end follows at once: one line.
  if (next && !next->begins && next->event == item.event) return;
  if (!note_in_flight(raw(call->tid), call->start.value)) return;
  Call beginning = *call;
  beginning.flags |= call_in_flight;
  sink_.on(beginning);
}

}  // namespace sysreel::text
