#include "recorder/snapshot.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "recorder/clock.h"
#include "recorder/memory_cgroup.h"
#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr std::uint32_t o_cloexec = 0x80000;  // uapi asm-generic/fcntl.h

struct Source {
  SnapshotKind kind;
  const char* name;
  bool link = false;
};

constexpr Source sources[] = {
    {SnapshotKind::command_line, "cmdline"},
    {SnapshotKind::executable, "exe", true},
    {SnapshotKind::cwd, "cwd", true},
    {SnapshotKind::root, "root", true},
    {SnapshotKind::status, "status"},
    {SnapshotKind::limits, "limits"},
    {SnapshotKind::cgroup, "cgroup"},
    {SnapshotKind::auxv, "auxv"},
    {SnapshotKind::oom_score_adj, "oom_score_adj"},
    {SnapshotKind::maps, "maps"},
    {SnapshotKind::mountinfo, "mountinfo"},
};

constexpr Source inherited_sources[] = {
    {SnapshotKind::cwd, "cwd", true},
    {SnapshotKind::root, "root", true},
    {SnapshotKind::limits, "limits"},
    {SnapshotKind::cgroup, "cgroup"},
    {SnapshotKind::oom_score_adj, "oom_score_adj"},
    {SnapshotKind::mountinfo, "mountinfo"},
};

constexpr Source sender_sources[] = {{SnapshotKind::command_line, "cmdline"}, {SnapshotKind::executable, "exe", true}};

constexpr Source state_sources[] = {
    {SnapshotKind::cwd, "cwd", true},
    {SnapshotKind::maps, "maps"},
};

constexpr Source exec_sources[] = {
    {SnapshotKind::command_line, "cmdline"},
    {SnapshotKind::executable, "exe", true},
    {SnapshotKind::auxv, "auxv"},
    {SnapshotKind::maps, "maps"},
};

void deliver_sources(Pid pid, std::span<const Source> wanted, EventSink& sink) {
  for (const Source& source : wanted) {
    const std::string path = proc::path_of(pid, source.name);
    const auto text = source.link ? proc::read_link(path) : proc::read_file(path, 4u << 20);
    if (text) deliver_snapshot(pid, source.kind, *text, sink);
  }
}

bool is_container_id(std::string_view word) {
  return word.size() == 64 && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Marks that container runtimes leave in the control group's path and in the root folder, one "name value" a line.
std::string container_hints(Pid pid, std::string_view cgroup) {
  std::string hints;
  constexpr std::pair<std::string_view, std::string_view> runtimes[] = {
      {"docker", "docker"}, {"libpod", "podman"}, {"crio", "cri-o"}, {"containerd", "containerd"}, {"lxc", "lxc"}, {"kubepods", "kubernetes"}};
  for (const auto& [mark, name] : runtimes) {
    if (cgroup.find(mark) != std::string_view::npos) hints += fmt::format("runtime {}\n", name);
  }
  for (std::size_t at = 0; at + 64 <= cgroup.size(); ++at) {
    if (!is_container_id(cgroup.substr(at, 64))) continue;
    hints += fmt::format("id {}\n", cgroup.substr(at, 64));
    break;
  }
  constexpr std::pair<const char*, const char*> markers[] = {{"root/.dockerenv", "docker"}, {"root/run/.containerenv", "podman"}};
  for (const auto& [marker, name] : markers) {
    struct stat status {};
    if (::stat(proc::path_of(pid, marker).c_str(), &status) == 0) hints += fmt::format("marker {}\n", name);
  }
  return hints;
}

void deliver_build_ids(Pid pid, BuildIds& build_ids, EventSink& sink) {
  const auto maps = proc::read_file(proc::path_of(pid, "maps"), 4u << 20);
  if (maps) deliver_snapshot(pid, SnapshotKind::build_id, build_ids.lines_for(pid, *maps), sink);
}

// Memory counters of the control group, and what tells of a container.
void deliver_group(Pid pid, EventSink& sink) {
  if (const auto cgroup = proc::read_file(proc::path_of(pid, "cgroup"))) {
    const std::string folder = memory_cgroup_folder(*cgroup);
    deliver_snapshot(pid, SnapshotKind::cgroup_memory, folder.empty() ? "" : memory_counters(folder), sink);
    deliver_snapshot(pid, SnapshotKind::container, container_hints(pid, *cgroup), sink);
  }
  deliver_snapshot(pid, SnapshotKind::pressure, proc::read_file("/proc/pressure/memory").value_or(""), sink);
}

// Every open descriptor that has none of the open flags in `without`.
void deliver_descriptors(Pid pid, FdLookup& lookup, std::uint32_t without, EventSink& sink) {
  const Tid leader{raw(pid)};
  for (const int fd : FdLookup::open_fds(leader)) {
    FdFact fact;
    fact.pid = pid;
    fact.tid = leader;
    fact.cause = FdCause::snapshot;
    if (!lookup.look_up(pid, leader, fd, fact) || (fact.open_flags & without) != 0) continue;
    fact.time = read_clock(CLOCK_MONOTONIC);
    sink.on(fact);
  }
}

}  // namespace

void deliver_snapshot(Pid pid, SnapshotKind kind, std::string_view text, EventSink& sink) {
  if (text.empty()) return;
  sink.on(Snapshot{pid, Tid{raw(pid)}, read_clock(CLOCK_MONOTONIC), kind, std::as_bytes(std::span(text))});
}

void take_snapshot(Pid pid, FdLookup& lookup, BuildIds& build_ids, EventSink& sink) {
  deliver_sources(pid, sources, sink);
  deliver_build_ids(pid, build_ids, sink);
  deliver_group(pid, sink);
  deliver_descriptors(pid, lookup, 0, sink);
}

void take_inherited_snapshot(Pid pid, FdLookup& lookup, EventSink& sink) {
  deliver_sources(pid, inherited_sources, sink);
  deliver_group(pid, sink);
  deliver_descriptors(pid, lookup, o_cloexec, sink);
}

void take_exec_snapshot(Pid pid, BuildIds& build_ids, EventSink& sink) {
  deliver_sources(pid, exec_sources, sink);
  deliver_build_ids(pid, build_ids, sink);
}

void take_sender_snapshot(Pid pid, EventSink& sink) { deliver_sources(pid, sender_sources, sink); }

void take_state_snapshot(Pid pid, const std::set<Tid>& threads, FdLookup& lookup, EventSink& sink) {
  for (const Tid tid : threads) {
    const std::string comm = proc::comm_of(tid);
    if (comm.empty()) continue;
    sink.on(Snapshot{pid, tid, read_clock(CLOCK_MONOTONIC), SnapshotKind::comm, std::as_bytes(std::span(comm))});
  }
  deliver_sources(pid, state_sources, sink);
  deliver_descriptors(pid, lookup, 0, sink);
}

}  // namespace sysreel
