// Finds who has a given number in another namespace: a scan of /proc, because the kernel offers no translation.
#include "tools/live_pids.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "recorder/proc.h"

namespace sysreel::tools {
namespace {

std::vector<int> numbers_behind(std::string_view status, std::string_view name) {
  std::vector<int> numbers;
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return numbers;
  std::string_view line = status.substr(at + name.size());
  line = line.substr(0, line.find('\n'));
  for (const char* next = line.data(); next < line.data() + line.size();) {
    char* end = nullptr;
    const long number = std::strtol(next, &end, 10);
    if (end == next || end > line.data() + line.size()) break;
    numbers.push_back(static_cast<int>(number));
    next = end;
  }
  return numbers;
}

std::vector<std::string> numeric_names(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
  if (!open) return names;
  while (const dirent* const entry = ::readdir(open.get())) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') names.emplace_back(entry->d_name);
  }
  return names;
}

}  // namespace

LivePids::LivePids() {
  const auto self = read_entry("/proc/self");
  if (!self || self->ids[0].empty()) return;
  own_level_ = self->ids[0].size() - 1;
  own_space_ = self->space;
  own_number_ = self->ids[0].front();
}

std::optional<LivePids::Entry> LivePids::read_entry(const std::string& folder) {
  const auto status = proc::read_file(folder + "/status");
  if (!status) return std::nullopt;
  Entry entry;
  entry.ids = {numbers_behind(*status, "\nNSpid:"), numbers_behind(*status, "\nNStgid:"), numbers_behind(*status, "\nNSpgid:"),
               numbers_behind(*status, "\nNSsid:")};
  entry.space = proc::read_link(folder + "/ns/pid").value_or("");
  entry.folder = folder;
  const auto tracer = numbers_behind(*status, "\nTracerPid:");
  if (!tracer.empty()) entry.tracer = tracer.front();
  return entry;
}

std::vector<std::string> LivePids::all_folders(bool threads) const {
  std::vector<std::string> folders;
  for (const std::string& pid : numeric_names("/proc")) {
    const std::string process = "/proc/" + pid;
    if (!threads) {
      folders.push_back(process);
      continue;
    }
    for (const std::string& tid : numeric_names(process + "/task")) folders.push_back(process + "/task/" + tid);
  }
  return folders;
}

// The thread that our namespace calls `id`. Namespaces beside ours number their threads alike; ours are told by their tracer.
std::optional<LivePids::Entry> LivePids::find_ours(int id, bool traced) const {
  const auto is_it = [&](const Entry& entry) {
    return entry.ids[0].size() > own_level_ && entry.ids[0][own_level_] == id && (!traced || entry.tracer == own_number_);
  };
  if (auto entry = read_entry("/proc/" + std::to_string(id)); entry && is_it(*entry)) return entry;
  if (own_level_ == 0) return std::nullopt;
  for (const std::string& folder : all_folders(true)) {
    if (auto entry = read_entry(folder); entry && is_it(*entry)) return entry;
  }
  return std::nullopt;
}

std::string LivePids::comm(int id) {
  std::string& name = names_[id];
  std::string folder = "/proc/" + std::to_string(id);
  if (own_level_ != 0) folder = find_ours(id, false).value_or(Entry{}).folder;
  auto now = folder.empty() ? std::nullopt : proc::read_file(folder + "/comm");
  if (now && now->ends_with('\n')) now->pop_back();
  if (now && !now->empty()) name = *std::move(now);
  return name;
}

int LivePids::translate(Tid of, int id, text::PidKind kind) {
  const auto which = static_cast<unsigned>(kind);
  auto seen = found_.find(raw(of));
  // Group and session change; a thread's own numbers and its namespace do not.
  if (auto now = find_ours(raw(of), true)) {
    seen = found_.insert_or_assign(raw(of), *std::move(now)).first;
  } else if (seen == found_.end()) {
    return 0;
  }
  const Entry& asker = seen->second;
  if (asker.space == own_space_ || asker.ids[0].size() <= own_level_) return 0;
  const std::size_t level = asker.ids[0].size() - 1;
  const auto matches = [&](const Entry& entry) {
    const Levels& levels = entry.ids[which];
    return levels.size() > level && levels[level] == id && (levels.size() > level + 1 || entry.space == asker.space || entry.space.empty());
  };
  if (matches(asker)) return asker.ids[which][own_level_];
  for (const auto& [tid, entry] : found_) {
    if (entry.space == asker.space && matches(entry)) return entry.ids[which][own_level_];
  }
  for (const std::string& folder : all_folders(kind == text::PidKind::thread)) {
    const auto entry = read_entry(folder);
    if (entry && matches(*entry)) return entry->ids[which][own_level_];
  }
  return 0;
}

}  // namespace sysreel::tools
