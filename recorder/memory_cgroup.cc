#include "recorder/memory_cgroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr std::string_view root = "/sys/fs/cgroup";

// The tightest memory.max of the groups above a folder of version 2; empty if none of them has a limit.
std::string limit_above(std::string folder) {
  std::uint64_t tightest = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t slash = folder.rfind('/'); slash != std::string::npos && slash >= root.size();
       slash = folder.rfind('/')) {
    folder.resize(slash);
    const auto text = proc::read_file(folder + "/memory.max");
    std::uint64_t limit = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), limit).ec != std::errc{}) continue;
    tightest = std::min(tightest, limit);
  }
  return tightest == std::numeric_limits<std::uint64_t>::max() ? "" : fmt::format("above.memory.max {}\n", tightest);
}

// The one line of version 1's memory.stat that tells of the groups above.
std::string hierarchical_limit(const std::string& folder) {
  const std::string stat = proc::read_file(folder + "/memory.stat").value_or("");
  const std::size_t at = stat.find("hierarchical_memory_limit ");
  return at == std::string::npos ? "" : stat.substr(at, stat.find('\n', at) + 1 - at);
}

}  // namespace

std::string memory_cgroup_folder(std::string_view cgroup) {
  std::string version2;
  for (std::size_t at = 0; at < cgroup.size();) {
    const std::size_t end = std::min(cgroup.find('\n', at), cgroup.size());
    const std::string_view line = cgroup.substr(at, end - at);  // hierarchy:controllers:path
    at = end + 1;
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (controllers == "memory") return fmt::format("{}/memory{}", root, path);
    if (controllers.empty()) version2 = fmt::format("{}{}", root, path);
  }
  return version2;
}

std::string memory_counters(const std::string& folder) {
  static constexpr const char* single[] = {
      "memory.max",  "memory.high",           "memory.current",        "memory.swap.max",
      "memory.peak", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes"};
  static constexpr const char* tables[] = {"memory.events", "memory.oom_control"};
  std::string text;
  for (const char* name : single) {
    if (const auto value = proc::read_file(fmt::format("{}/{}", folder, name)))
      text += fmt::format("{} {}", name, *value);
  }
  for (const char* name : tables) {
    if (const auto table = proc::read_file(fmt::format("{}/{}", folder, name))) text += *table;
  }
  if (text.empty()) return text;
  return text + hierarchical_limit(folder) + limit_above(folder);
}

}  // namespace sysreel
