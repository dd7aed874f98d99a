// Finds who has a given number in another namespace.
#include "tools/live_pids.h"

#include <utility>

#include "recorder/proc.h"

namespace sysreel::tools {

// Kernel threads have longer names in /proc than anywhere else.
std::string LivePids::comm(int id) {
  constexpr std::size_t longest = 15;
  return proc::comm_of(Tid{id}).substr(0, longest);
}

std::string LivePids::comm_of_traced(Tid tid) {
  std::string& name = names_[raw(tid)];
  if (std::string now = proc::comm_of(tid); !now.empty()) name = std::move(now);
  return name;
}

int LivePids::translate(Tid of, int id, text::PidKind kind) {
  const auto which = static_cast<unsigned>(kind);
  auto seen = found_.find(raw(of));
  // Group and session change; a thread's own numbers and its namespace do not.
  if (auto now = own_.find_traced(raw(of))) {
    seen = found_.insert_or_assign(raw(of), *std::move(now)).first;
  } else if (seen == found_.end()) {
    return 0;
  }
  const proc::Numbers& asker = seen->second;
  if (asker.space == own_.space() || asker.ids[0].size() <= own_.level()) return 0;
  const std::size_t level = asker.ids[0].size() - 1;
  const auto matches = [&](const proc::Numbers& entry) {
    const proc::Numbers::Levels& levels = entry.ids[which];
    return levels.size() > level && levels[level] == id && (levels.size() > level + 1 || entry.space == asker.space || entry.space.empty());
  };
  if (matches(asker)) return asker.ids[which][own_.level()];
  for (const auto& [tid, entry] : found_) {
    if (entry.space == asker.space && matches(entry)) return entry.ids[which][own_.level()];
  }
  for (std::string& folder : kind == text::PidKind::thread ? proc::thread_folders() : proc::process_folders()) {
    const auto entry = proc::Numbers::of(std::move(folder));
    if (entry && matches(*entry)) return entry->ids[which][own_.level()];
  }
  return 0;
}

}  // namespace sysreel::tools
