#include "recorder/target_query.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <sstream>

#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr const char* cgroup_root = "/sys/fs/cgroup";

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Calls `take` with the name of every entry.
template <typename Take>
void for_each_entry(const std::string& folder, Take take) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  if (!open) return;
  while (const dirent* const entry = ::readdir(open.get())) take(std::string_view(entry->d_name));
}

void add_members(const std::string& folder, std::vector<Pid>& pids, int depth) {
  std::istringstream members(proc::read_file(folder + "/cgroup.procs").value_or(""));
  for (int pid = 0; members >> pid;) pids.push_back(Pid{pid});
  if (depth == 0) return;
  for_each_entry(folder, [&](std::string_view name) {
    const std::string below = fmt::format("{}/{}", folder, name);
    if (!name.starts_with('.') && is_folder(below)) add_members(below, pids, depth - 1);
  });
}

bool in_container(Pid pid, const std::vector<std::string>& ids) {
  if (ids.empty()) return false;
  const std::string cgroup = proc::read_file(proc::path_of(pid, "cgroup")).value_or("");
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return cgroup.find(id) != std::string::npos; });
}

// "/" where it is in none.
std::string unified_cgroup_of(Pid pid) {
  std::istringstream lines(proc::read_file(proc::path_of(pid, "cgroup")).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "/";
}

bool is_kernel_thread(Pid pid) {
  const auto status = proc::status_of(Tid{raw(pid)});
  return !status || status->kernel_thread;
}

}  // namespace

Result<std::string> cgroup_folder(const std::string& name) {
  if (name.starts_with(cgroup_root) && is_folder(name)) return name;
  const std::string below = name.starts_with('/') ? name : "/" + name;
  if (is_folder(cgroup_root + below)) return cgroup_root + below;
  std::string found;
  for_each_entry(cgroup_root, [&](std::string_view hierarchy) {  // version 1: a hierarchy for each controller
    const std::string path = fmt::format("{}/{}{}", cgroup_root, hierarchy, below);
    if (!hierarchy.starts_with('.') && found.empty() && is_folder(path)) found = path;
  });
  if (!found.empty()) return found;
  return Error{ErrorKind::not_found, fmt::format("there is no control group '{}' below {}", name, cgroup_root)};
}

Result<void> check_container_id(std::string_view id) {
  const bool digits = std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (digits && id.size() >= 12) return {};
  return Error{ErrorKind::usage, fmt::format("'{}' is no container id (twelve or more hexadecimal digits)", id)};
}

std::vector<Pid> processes_that_match(const TargetQuery& query) {
  constexpr int deepest = 16;
  std::vector<Pid> pids;
  for (const std::string& folder : query.cgroups) add_members(folder, pids, deepest);
  if (!query.comms.empty() || !query.containers.empty() || query.all) {
    for_each_entry("/proc", [&](std::string_view name) {
      int number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (error != std::errc{} || end != name.data() + name.size()) return;
      const Pid pid{number};
      const auto is_comm = [&] { return std::find(query.comms.begin(), query.comms.end(), proc::comm_of(Tid{number})) != query.comms.end(); };
      if (query.all || (!query.comms.empty() && is_comm()) || in_container(pid, query.containers)) pids.push_back(pid);
    });
  }
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  std::erase_if(pids, [](Pid pid) { return raw(pid) == ::getpid() || is_kernel_thread(pid); });
  return pids;
}

Joining joining_of(const TargetQuery& query) {
  Joining joining;
  joining.comms = query.comms;
  const auto add = [&](const std::string& folder) {
    if (const auto found = find_cgroup(folder)) joining.cgroups.push_back(*found);
  };
  for (const std::string& folder : query.cgroups) add(folder);
  for (const std::string& id : query.containers) {
    const std::vector<Pid> members = processes_that_match({.containers = {id}});
    if (!members.empty()) add(unified_cgroup_of(members.front()));
  }
  return joining;
}

}  // namespace sysreel
