#include "analyzer/stacks/reel_places.h"

#include <string_view>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

constexpr std::uint64_t map_anonymous = 0x20;   // uapi asm-generic/mman-common.h
constexpr std::uint64_t clone_thread = 0x10000;  // uapi linux/sched.h

std::uint64_t whole_pages(std::uint64_t length) {
  constexpr std::uint64_t page = 4096;
  return (length + page - 1) & ~(page - 1);
}

}  // namespace

void ReelPlaces::on(const Call& call) {
  if (call.failed() || call.has(call_in_flight) || call.has(call_no_result)) return;
  const abi::SyscallRow* const row = abi::row_of(call.abi, call.nr);
  if (row == nullptr || (row->classes & abi::changes_maps) == 0) return;
  const std::string_view name = row->name;
  if (name == "munmap") return processes_[raw(call.pid)].unmap(call.args[0], call.args[0] + whole_pages(call.args[1]));
  if (name != "mmap") return;
  const auto start = static_cast<std::uint64_t>(call.result);
  const bool of_file = files_ != nullptr && (call.args[3] & map_anonymous) == 0;
  const Descriptor* const file = of_file ? files_->descriptor(call.pid, static_cast<int>(call.args[4])) : nullptr;
  processes_[raw(call.pid)].map(start, start + whole_pages(call.args[1]), call.args[5], file != nullptr ? file->path : "");
}

void ReelPlaces::on(const TaskNew& task) {
  if ((task.clone_flags & clone_thread) != 0 || task.pid == task.parent_pid) return;
  const auto parent = processes_.find(raw(task.parent_pid));
  if (parent != processes_.end()) processes_.try_emplace(raw(task.pid), MappedFiles(parent->second));
}

void ReelPlaces::on(const TaskExit& exit) {
  if (exit.whole_process) processes_.erase(raw(exit.pid));
}

void ReelPlaces::on(const Snapshot& snapshot) {
  if (snapshot.kind != SnapshotKind::maps) return;
  const std::string_view maps(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  processes_[raw(snapshot.pid)].replace_by(maps);
}

std::optional<CodePlace> ReelPlaces::place(std::uint64_t address) {
  const auto process = processes_.find(raw(asked_));
  return process == processes_.end() ? std::nullopt : process->second.place(address);
}

}  // namespace sysreel
