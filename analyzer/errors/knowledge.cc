#include "analyzer/errors/knowledge.h"

#include <fmt/format.h>

#include "format/abi/abi.h"

namespace sysreel::errors {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `line` with each line of the text.
template <typename Line>
void for_each_line(std::string_view text, Line line) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// What stands behind `name` on the line that begins with it.
std::optional<std::string> value_behind(std::string_view text, std::string_view name) {
  std::optional<std::string> value;
  for_each_line(text, [&](std::string_view line) {
    if (!value && line.starts_with(name)) value = trimmed(line.substr(name.size()));
  });
  return value;
}

bool does_not_follow_links(const Call& call) {
  const abi::SyscallRow* row = abi::row_of(call.abi, call.nr);
  const std::string_view name = row ? row->name : "";
  constexpr std::uint64_t at_symlink_nofollow = 0x100;  // uapi linux/fcntl.h
  return name == "lstat" || name == "readlink" || name == "readlinkat" ||
         (name == "newfstatat" && (call.args[3] & at_symlink_nofollow) != 0) ||
         (name == "statx" && (call.args[2] & at_symlink_nofollow) != 0);
}

}  // namespace

void Knowledge::on(const Snapshot& snapshot) {
  const std::string_view text(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  switch (snapshot.kind) {
    case SnapshotKind::limits:
    case SnapshotKind::status: {
      auto& texts = processes_[raw(snapshot.pid)];
      if (!texts) texts = std::make_shared<Texts>();
      (snapshot.kind == SnapshotKind::limits ? texts->limits : texts->status) = text;
      break;
    }
    case SnapshotKind::mountinfo: mounts_ = text; break;
    case SnapshotKind::cgroup_memory: cgroup_memory_ = text; break;
    default: break;
  }
}

void Knowledge::on(const TaskNew& task) {
  if (processes_.size() >= process_limit || processes_.contains(raw(task.pid))) return;
  if (const auto parent = texts_of(task.parent_pid)) processes_[raw(task.pid)] = parent;
}

void Knowledge::on(const Signal& signal) {
  if (signal.stage != SignalStage::delivered) return;
  Signal& kept = signals_[raw(signal.tid)] = signal;
  kept.siginfo = kept.fault = {};
  kept.stack = {};
}

void Knowledge::forget(Pid pid) { processes_.erase(raw(pid)); }

void Knowledge::exists(const Call& call, const CallShape& shape, std::string_view path) {
  if (path.empty() || path[0] != '/' || paths_.size() >= path_limit) return;
  const bool link = shape.deed == Deed::look && does_not_follow_links(call);
  paths_.insert(link ? link_key(path) : key_of(path));
  paths_.insert(key_of(parent_of(path)));
}

std::shared_ptr<Knowledge::Texts> Knowledge::texts_of(Pid pid) const {
  const auto found = processes_.find(raw(pid));
  return found == processes_.end() ? nullptr : found->second;
}

std::optional<std::string> Knowledge::soft_limit(Pid pid, std::string_view name) const {
  const auto texts = texts_of(pid);
  if (!texts) return std::nullopt;
  const auto value = value_behind(texts->limits, name);
  return value ? std::optional(value->substr(0, value->find(' '))) : std::nullopt;
}

std::optional<std::string> Knowledge::status(Pid pid, std::string_view name) const {
  const auto texts = texts_of(pid);
  return texts ? value_behind(texts->status, name) : std::nullopt;
}

std::string Knowledge::mount_of(std::string_view path) const {
  std::string_view best_point, best_type;
  for_each_line(mounts_, [&](std::string_view line) {
    // 36 35 98:0 /root /point options - type source …
    std::size_t at = 0;
    for (int field = 0; field < 4 && at != std::string_view::npos; ++field) at = line.find(' ', at + (field != 0));
    const std::size_t type = line.find(" - ");
    if (at == std::string_view::npos || type == std::string_view::npos) return;
    const std::string_view point = line.substr(at + 1, line.find(' ', at + 1) - at - 1);
    const bool holds = path.starts_with(point) && (point == "/" || path.size() == point.size() || path[point.size()] == '/');
    if (!holds || point.size() < best_point.size()) return;
    best_point = point;
    best_type = line.substr(type + 3, line.find(' ', type + 3) - type - 3);
  });
  return best_point.empty() ? std::string() : fmt::format("{} ({})", best_point, best_type);
}

std::optional<std::string> Knowledge::cgroup_memory(std::string_view name) const { return value_behind(cgroup_memory_, name); }

const Signal* Knowledge::last_signal(Tid tid) const {
  const auto found = signals_.find(raw(tid));
  return found == signals_.end() ? nullptr : &found->second;
}

}  // namespace sysreel::errors
