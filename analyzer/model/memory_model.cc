#include "analyzer/model/memory_model.h"

#include <array>
#include <charconv>
#include <vector>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

enum class Change : std::uint8_t { none, map, map_pages, unmap, protect, move, set_break, open, open_at };

// Values of uapi asm-generic/mman-common.h.
constexpr std::uint32_t map_shared = 1, map_anonymous = 0x20;
constexpr std::uint64_t page = 4096;
constexpr std::uint64_t thread_flag = 0x10000;  // CLONE_THREAD

std::uint64_t whole_pages(std::uint64_t length) {
  return (length + page - 1) & ~(page - 1);
}

struct Row {
  std::string_view name;
  Change change;
};
constexpr Row rows[] = {{"mmap", Change::map},
                        {"mmap2", Change::map_pages},
                        {"munmap", Change::unmap},
                        {"mprotect", Change::protect},
                        {"pkey_mprotect", Change::protect},
                        {"mremap", Change::move},
                        {"brk", Change::set_break},
                        {"open", Change::open},
                        {"openat", Change::open_at}};

std::vector<Change> table_of(Abi abi) {
  std::vector<Change> table(abi::table_size(abi), Change::none);
  for (const Row& row : rows) {
    const auto number = abi::number_of(abi, row.name);
    if (number && static_cast<std::size_t>(raw(*number)) < table.size())
      table[static_cast<std::size_t>(raw(*number))] = row.change;
  }
  // i386's old mmap takes its arguments in memory, which the recorder shows to printers alone.
  if (abi == Abi::i386) table[static_cast<std::size_t>(raw(*abi::number_of(abi, "mmap")))] = Change::none;
  return table;
}

Change change_of(const Call& call) {
  static const std::array<std::vector<Change>, 4> tables = {table_of(Abi::x86_64), table_of(Abi::i386),
                                                            table_of(Abi::x32), table_of(Abi::aarch64)};
  const auto& table = tables[static_cast<unsigned>(call.abi)];
  const auto index = static_cast<std::size_t>(raw(call.nr) & ~0x40000000);
  return raw(call.nr) >= 0 && index < table.size() ? table[index] : Change::none;
}

}  // namespace

MemoryMap& MemoryModel::writable(Pid pid) {
  std::shared_ptr<MemoryMap>& map = maps_[raw(pid)];
  if (!map) map = std::make_shared<MemoryMap>();
  if (map.use_count() > 1) map = std::make_shared<MemoryMap>(*map);
  return *map;
}

Mapping MemoryModel::mapping_of(const Call& call, bool offset_in_pages, const Model& files,
                                const Origin& origin) const {
  const auto flags = static_cast<std::uint32_t>(call.args[3]);
  Mapping mapping;
  mapping.start = static_cast<std::uint64_t>(call.result);
  mapping.end = mapping.start + whole_pages(call.args[1]);
  mapping.protection = static_cast<std::uint32_t>(call.args[2]);
  mapping.shared = (flags & map_shared) != 0;
  mapping.origin = origin;
  if ((flags & map_anonymous) != 0) return mapping;
  mapping.offset = offset_in_pages ? call.args[5] * page : call.args[5];
  if (const Descriptor* const file = files.descriptor(call.pid, static_cast<int>(call.args[4]))) {
    const auto name = opened_as_.find({file->device, file->inode});
    if (!file->path.empty())
      mapping.name = std::make_shared<const std::string>(file->path);
    else if (name != opened_as_.end())
      mapping.name = name->second;
    mapping.device = file->device;
    mapping.inode = file->inode;
  }
  return mapping;
}

void MemoryModel::note_name(const Call& call, std::size_t path_argument, const Model& files) {
  const Descriptor* const file = files.descriptor(call.pid, static_cast<int>(call.result));
  constexpr std::size_t names_kept = 4096;
  if (!file || !file->path.empty() || file->inode == 0 || opened_as_.size() >= names_kept) return;
  for (const Block& block : call.blocks) {
    if (block.address != call.args[path_argument]) continue;
    const std::string_view text(reinterpret_cast<const char*>(block.data.data()), block.data.size());
    opened_as_[{file->device, file->inode}] = std::make_shared<const std::string>(text.substr(0, text.find('\0')));
    return;
  }
}

void MemoryModel::on(const Call& call, const Model& files, std::uint64_t event) {
  if (call.failed() || (call.flags & (call_in_flight | call_no_result)) != 0) return;
  const Change change = change_of(call);
  const Origin origin{event, call.tid, call.end()};
  const std::uint64_t start = call.args[0];
  switch (change) {
    case Change::none:
      return;
    case Change::map:
    case Change::map_pages:
      return writable(call.pid).map(mapping_of(call, change == Change::map_pages, files, origin));
    case Change::unmap:
      return writable(call.pid).unmap(start, start + whole_pages(call.args[1]), origin);
    case Change::protect:
      return writable(call.pid).protect(start, start + whole_pages(call.args[1]),
                                        static_cast<std::uint32_t>(call.args[2]), origin);
    case Change::move:
      return writable(call.pid).move(start, whole_pages(call.args[1]), static_cast<std::uint64_t>(call.result),
                                     whole_pages(call.args[2]), origin);
    case Change::open:
      return note_name(call, 0, files);
    case Change::open_at:
      return note_name(call, 1, files);
    case Change::set_break:
      return writable(call.pid).set_break(static_cast<std::uint64_t>(call.result), origin);
  }
}

void MemoryModel::on(const TaskNew& task) {
  if ((task.clone_flags & thread_flag) != 0 || task.pid == task.parent_pid) return;
  const auto parent = maps_.find(raw(task.parent_pid));
  if (parent != maps_.end()) maps_.try_emplace(raw(task.pid), parent->second);
  const auto program = programs_.find(raw(task.parent_pid));
  if (program != programs_.end()) programs_.try_emplace(raw(task.pid), program->second);
}

void MemoryModel::on(const Exec& exec, const Model& files) {
  maps_.erase(raw(exec.pid));
  std::string path(exec.path);
  const std::string_view folder = files.cwd(exec.pid);
  if (!path.empty() && path[0] != '/' && !folder.empty()) path = std::string(folder) + "/" + path;
  programs_[raw(exec.pid)] = std::make_shared<const std::string>(std::move(path));
}

void MemoryModel::on(const TaskExit& exit) {
  if (!exit.whole_process) return;
  maps_.erase(raw(exit.pid));
  programs_.erase(raw(exit.pid));
}

void MemoryModel::on(const Snapshot& snapshot) {
  const std::string_view text(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  if (snapshot.kind == SnapshotKind::maps) writable(snapshot.pid).replace_by(text);
  if (snapshot.kind == SnapshotKind::memory_layout) lay_out(snapshot.pid, text);
}

// An execve maps program, heap and stack without a call: what the recorder saw of it stands in for /proc/PID/maps,
// which may come too late for a short life.
void MemoryModel::lay_out(Pid pid, std::string_view layout) {
  std::unordered_map<std::string, std::pair<std::uint64_t, std::uint64_t>> ranges;
  while (!layout.empty()) {
    const std::string_view line = layout.substr(0, layout.find('\n'));
    layout.remove_prefix(std::min(layout.size(), line.size() + 1));
    const std::size_t first = line.find(' '), second = line.rfind(' ');
    if (first == std::string_view::npos || first == second) continue;
    auto& [from, to] = ranges[std::string(line.substr(0, first))];
    std::from_chars(line.data() + first + 1, line.data() + second, from, 16);
    std::from_chars(line.data() + second + 1, line.data() + line.size(), to, 16);
  }
  MemoryMap& map = writable(pid);
  const auto program = programs_.contains(raw(pid)) ? programs_[raw(pid)] : nullptr;
  const auto down = [](std::uint64_t address) { return address & ~(page - 1); };
  const auto [code, code_end] = ranges["code"];
  const auto [data, data_end] = ranges["data"];
  const auto [heap, heap_end] = ranges["heap"];
  const std::uint64_t stack = ranges["stack"].first;
  const std::uint64_t headers = down(ranges["headers"].first);
  const auto add = [&](std::uint64_t start, std::uint64_t end, std::uint32_t protection) {
    // The program's file begins where its headers lie, and everything else follows at the same distance.
    if (start >= headers && end > start && end - start < (std::uint64_t{1} << 40)) {
      map.map({.start = start, .end = end, .protection = protection, .name = program, .offset = start - headers});
    }
  };
  if (headers != 0 && headers < down(code)) add(headers, down(code), prot_read);
  add(down(code), whole_pages(code_end), prot_read | prot_execute);
  if (whole_pages(code_end) < down(data)) add(whole_pages(code_end), down(data), prot_read);
  add(down(data), whole_pages(data_end), prot_read | prot_write);
  if (heap_end >= heap && heap != 0) map.set_break(heap_end, {});
  if (stack != 0) {
    map.map({.start = down(stack),
             .end = whole_pages(stack + 1),
             .protection = prot_read | prot_write,
             .name = std::make_shared<const std::string>("[stack]")});
  }
}

const MemoryMap* MemoryModel::map_of(Pid pid) const {
  const auto found = maps_.find(raw(pid));
  return found == maps_.end() ? nullptr : found->second.get();
}

std::shared_ptr<const MemoryMap> MemoryModel::share(Pid pid) const {
  const auto found = maps_.find(raw(pid));
  return found == maps_.end() ? nullptr : found->second;
}

}  // namespace sysreel
