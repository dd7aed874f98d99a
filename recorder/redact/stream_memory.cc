#include "recorder/redact/stream_memory.h"

namespace sysreel {

void StreamMemory::next(const StreamKey& key, std::string_view piece, bool cut, std::vector<SecretSpan>& spans) {
  if (piece.empty()) return;
  if (open_.empty() && !rules_.suspects(piece)) {  // as nearly always
    const std::size_t begun = cut ? 0 : rules_.begun_at_end(piece);
    if (begun > 0) open_[key].carried = piece.substr(piece.size() - begun);
    return;
  }
  Open before;
  if (!open_.empty()) {
    if (const auto found = open_.find(key); found != open_.end()) {
      before = std::move(found->second);
      open_.erase(found);
    }
  }
  Open after;
  if (!before.rules.empty()) {
    const std::size_t length = rules_.continued(before.rules, piece);
    if (length > 0) spans.push_back({0, length, before.rules.front()});
    if (length == piece.size()) after.rules = before.rules;
  }
  const std::string joined = before.carried.empty() ? std::string() : before.carried + std::string(piece);
  const std::string_view text = before.carried.empty() ? piece : std::string_view(joined);
  if (rules_.suspects(text)) {
    std::vector<SecretSpan> found;
    const auto unfinished = rules_.find_cut(text, found);
    after.rules.insert(after.rules.end(), unfinished.begin(), unfinished.end());
    const std::size_t carried = before.carried.size();
    for (const SecretSpan& span : found) {
      const std::size_t end = span.at + span.length;
      if (end <= carried) continue;
      const std::size_t at = span.at > carried ? span.at - carried : 0;
      spans.push_back({at, end - carried - at, span.rule});
    }
  }
  // Behind a gap no keyword can go on; a value can.
  if (!cut) after.carried = text.substr(rules_.promised(text));
  if (!after.rules.empty() || !after.carried.empty()) open_[key] = std::move(after);
}

void StreamMemory::forget(Pid pid) {
  std::erase_if(open_, [pid](const auto& entry) { return entry.first.pid == pid; });
}

}  // namespace sysreel
