#include "format/owned_event.h"

#include <cstring>
#include <memory>

namespace sysreel {

template <typename T>
std::span<const T> OwnedEvents::keep(std::span<const T> content) {
  if (content.empty()) return {};
  T* copy = static_cast<T*>(arena_.allocate(content.size_bytes(), alignof(T)));
  std::uninitialized_copy(content.begin(), content.end(), copy);
  return {copy, content.size()};
}

std::string_view OwnedEvents::keep(std::string_view text) {
  const std::span<const char> copy = keep(std::span<const char>(text));
  return {copy.data(), copy.size()};
}

void OwnedEvents::take(const Call& event) {
  auto& copy = std::get<Call>(events_.emplace_back(event));
  if (!event.blocks.empty()) {
    auto* blocks = static_cast<Block*>(arena_.allocate(event.blocks.size_bytes(), alignof(Block)));
    std::uninitialized_copy(event.blocks.begin(), event.blocks.end(), blocks);
    const std::span<Block> kept(blocks, event.blocks.size());
    for (Block& block : kept) block.data = keep(block.data);
    copy.blocks = kept;
  }
  copy.stack = keep(event.stack);
}

void OwnedEvents::take(const Signal& event) {
  Signal copy = event;
  copy.siginfo = keep(event.siginfo);
  copy.fault = keep(event.fault);
  copy.sender_comm = keep(event.sender_comm);
  copy.stack = keep(event.stack);
  events_.emplace_back(copy);
}

void OwnedEvents::take(const TaskNew& event) {
  TaskNew copy = event;
  copy.comm = keep(event.comm);
  events_.emplace_back(copy);
}

void OwnedEvents::take(const Exec& event) {
  Exec copy = event;
  copy.path = keep(event.path);
  events_.emplace_back(copy);
}

void OwnedEvents::take(const FdFact& event) {
  FdFact copy = event;
  copy.path = keep(event.path);
  copy.local = keep(event.local);
  copy.peer = keep(event.peer);
  copy.extra = keep(event.extra);
  events_.emplace_back(copy);
}

void OwnedEvents::take(const Snapshot& event) {
  Snapshot copy = event;
  copy.data = keep(event.data);
  events_.emplace_back(copy);
}

void OwnedEvents::take(const End& event) {
  End copy = event;
  copy.message = keep(event.message);
  events_.emplace_back(copy);
}

void OwnedEvents::replay(EventSink& sink) const {
  for (const AnyEvent& event : events_) deliver(event, sink);
}

void OwnedEvents::clear() {
  events_.clear();
  arena_.release();
}

}  // namespace sysreel
