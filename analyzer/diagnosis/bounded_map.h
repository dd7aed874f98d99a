// A map that stops growing: what rules keep by process, descriptor or address.
#pragma once

#include <cstddef>
#include <map>

namespace sysreel {

// Holds up to `limit` entries; what comes later is not kept, and dropped() counts how often that was.
template <typename Key, typename Value>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t limit) : limit_(limit) {}

  // The entry of `key`, made if there is none; nullptr if there is no room.
  Value* make(const Key& key) {
    const auto found = entries_.find(key);
    if (found != entries_.end()) return &found->second;
    if (entries_.size() < limit_) return &entries_[key];
    ++dropped_;
    return nullptr;
  }
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  const Value* find(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void erase(const Key& key) { entries_.erase(key); }
  // Erases the entries whose key and value make `condition` true.
  template <typename Condition>
  void erase_if(Condition condition) {
    std::erase_if(entries_, [&](const auto& entry) { return condition(entry.first, entry.second); });
  }
  bool empty() const { return entries_.empty(); }
  std::size_t dropped() const { return dropped_; }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::size_t limit_;
  std::size_t dropped_ = 0;
  std::map<Key, Value> entries_;
};

}  // namespace sysreel
