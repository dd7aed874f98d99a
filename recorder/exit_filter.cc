#include "recorder/exit_filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "format/abi/abi.h"

namespace sysreel {
namespace {

bool takes_one_of(const std::vector<std::uint32_t>& fds, const Call& call) {
  const std::uint8_t roles = roles_of(call.abi, call.nr).fds;
  for (unsigned i = 0; i < call.args.size(); ++i) {
    const auto fd = static_cast<std::uint32_t>(call.args[i]);
    if (roles >> i & 1 && std::find(fds.begin(), fds.end(), fd) != fds.end()) return true;
  }
  return false;
}

bool names_one_of(const std::vector<std::string>& prefixes, const Call& call) {
  const std::uint8_t roles = roles_of(call.abi, call.nr).paths;
  for (const Block& block : call.blocks) {
    const std::string_view text(reinterpret_cast<const char*>(block.data.data()), block.data.size());
    for (unsigned i = 0; i < call.args.size(); ++i) {
      if (!(roles >> i & 1) || call.args[i] != block.address) continue;
      if (std::any_of(prefixes.begin(), prefixes.end(), [text](const std::string& prefix) { return text.starts_with(prefix); })) return true;
    }
  }
  return false;
}

// Where the unified hierarchy is mounted; empty if it is not.
std::string unified_hierarchy() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream words(line);
    std::string id, parent, device, root, at;
    words >> id >> parent >> device >> root >> at;
    return at;
  }
  return {};
}

}  // namespace

bool ExitFilter::any() const {
  return slower_than.value > 0 || !errnos.empty() || !path_prefixes.empty() || !fds.empty() || uid || comm || cgroup || sample > 1;
}

std::string ExitFilter::words() const {
  std::vector<std::string> parts;
  if (slower_than.value > 0) parts.push_back(fmt::format("slower-than={}us", static_cast<double>(slower_than.value) / 1000));
  if (!errnos.empty()) {
    std::vector<std::string> names;
    for (const int error : errnos) names.emplace_back(abi::errno_name(error));
    parts.push_back(fmt::format("errno={}", fmt::join(names, ",")));
  }
  for (const std::string& prefix : path_prefixes) parts.push_back("path=" + prefix);
  if (!fds.empty()) parts.push_back(fmt::format("fd={}", fmt::join(fds, ",")));
  if (uid) parts.push_back(fmt::format("uid={}", *uid));
  if (comm) parts.push_back("comm=" + *comm);
  if (cgroup) parts.push_back("cgroup=" + cgroup->path);
  if (sample > 1) parts.push_back(fmt::format("sample={}", sample));
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool ExitFilter::may_pass(const Call& in_flight) const {
  if (in_flight.duration < slower_than) return false;
  if (!fds.empty() && !takes_one_of(fds, in_flight)) return false;
  return path_prefixes.empty() || names_one_of(path_prefixes, in_flight);
}

ArgumentRoles roles_of(Abi abi, SyscallNr nr) {
  ArgumentRoles roles;
  const abi::SyscallRow* const row = abi::row_of(abi, nr);
  if (!row) return roles;
  for (std::size_t i = 0; i < std::min<std::size_t>(row->args.size(), 6); ++i) {
    const abi::Type& type = row->args[i].type;
    if (type.kind == abi::Kind::fd || type.kind == abi::Kind::at_fd) roles.fds |= static_cast<std::uint8_t>(1u << i);
    if (type.kind == abi::Kind::path && type.copy.flow == abi::Flow::in) roles.paths |= static_cast<std::uint8_t>(1u << i);
  }
  return roles;
}

Result<CgroupChoice> find_cgroup(std::string_view path) {
  const std::string root = unified_hierarchy();
  if (root.empty()) return Error{ErrorKind::unsupported, "no unified cgroup hierarchy (cgroup2) is mounted here"};
  std::string below(path);
  if (below.starts_with(root + "/") || below == root) below.erase(0, root.size());
  while (below.ends_with('/')) below.pop_back();
  if (!below.empty() && !below.starts_with('/')) below.insert(0, "/");
  struct stat found {};
  if (::stat((root + below).c_str(), &found) != 0) {
    const int error = errno;
    return Error{ErrorKind::not_found, fmt::format("cgroup '{}': {} ({})", path, abi::errno_text(error), root + below)};
  }
  if (!S_ISDIR(found.st_mode)) return Error{ErrorKind::usage, fmt::format("cgroup '{}': {} is no directory", path, root + below)};
  return CgroupChoice{below.empty() ? "/" : below, found.st_ino, static_cast<std::uint32_t>(std::count(below.begin(), below.end(), '/'))};
}

}  // namespace sysreel
