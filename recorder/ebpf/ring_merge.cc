#include "recorder/ebpf/ring_merge.h"

#include <algorithm>
#include <cstring>

namespace sysreel {
namespace {

constexpr std::uint64_t none_left = ~std::uint64_t{0};
constexpr std::uint64_t release_step = 64 * 1024;  // bytes read before the producer is told
constexpr std::uint64_t look_ahead = 1024;         // bytes: the records were written by another CPU and lie in its cache

}  // namespace

const sr_record& RingMerge::record_at(const Cursor& cursor) const {
  const std::byte* const place = object_.data(cursor.cpu) + (cursor.tail & (object_.ring_size() - 1));
  return *reinterpret_cast<const sr_record*>(place);
}

void RingMerge::take_events() {
  object_.take_events([this](std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(sr_event)) return;
    KernelEvent kept;
    std::memcpy(&kept.event, bytes.data(), sizeof kept.event);
    std::span<const std::byte> payload = bytes.subspan(sizeof kept.event);
    if (kept.event.kind == SR_EVENT_EXEC) payload = payload.first(std::min<std::size_t>(kept.event.length, payload.size()));
    kept.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
    // CPUs reserve room in another order than they read the clock, but nearly in it.
    auto place = events_.end();
    while (place != events_.begin() && std::prev(place)->event.time > kept.event.time) --place;
    events_.insert(place, std::move(kept));
  });
}

void RingMerge::release(Cursor& cursor) {
  __atomic_store_n(&object_.control(cursor.cpu).tail, cursor.tail, __ATOMIC_RELEASE);
  cursor.released = cursor.tail;
}

bool RingMerge::filling() const {
  for (unsigned cpu = 0; cpu < object_.cpus(); ++cpu) {
    const sr_ring_control& control = object_.control(cpu);
    if (__atomic_load_n(&control.head, __ATOMIC_ACQUIRE) - control.tail >= object_.wake_size()) return true;
  }
  return false;
}

std::uint64_t RingMerge::drain(std::uint64_t until, RecordTaker& taker) {
  // The rings before the events: an event that led to a record is then never missed while the record is seen.
  cursors_.clear();
  for (unsigned cpu = 0; cpu < object_.cpus(); ++cpu) {
    const sr_ring_control& control = object_.control(cpu);
    const std::uint64_t head = __atomic_load_n(&control.head, __ATOMIC_ACQUIRE);
    if (head != control.tail) cursors_.push_back({cpu, control.tail, head, control.tail});
  }
  take_events();

  std::uint64_t taken = 0;
  while (true) {
    Cursor* oldest = nullptr;
    std::uint64_t time = events_.empty() ? none_left : events_.front().event.time;
    for (Cursor& cursor : cursors_) {
      if (cursor.tail == cursor.head) continue;
      const std::uint64_t end = record_at(cursor).end;
      if (end >= time) continue;
      time = end;
      oldest = &cursor;
    }
    if (time == none_left || time > until) break;
    ++taken;
    if (!oldest) {
      taker.take(events_.front());
      events_.pop_front();
      continue;
    }
    const sr_record& record = record_at(*oldest);
    const auto* const ahead = reinterpret_cast<const std::byte*>(&record) + look_ahead;
    __builtin_prefetch(ahead);
    __builtin_prefetch(ahead + 64);
    __builtin_prefetch(ahead + 128);
    taker.take(record);
    oldest->tail += record.size;
    if (oldest->tail - oldest->released >= release_step) release(*oldest);
  }
  for (Cursor& cursor : cursors_) release(cursor);
  return taken;
}

}  // namespace sysreel
