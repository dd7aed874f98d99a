// EMFILE, ENFILE: which descriptors fill the table.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_too_many_files(const Scene& scene, ErrorGroup& group) {
  std::map<std::string, std::size_t> by_what;
  std::size_t open = 0;
  scene.model.for_each_descriptor([&](Pid pid, int, const Descriptor& descriptor) {
    if (pid != scene.call.pid) return;
    ++open;
    // "pipe:[123]" and "socket:[4]" count by their kind.
    const std::string& path = descriptor.path;
    ++by_what[quoted(path.starts_with('/') ? path : path.substr(0, path.find(':')))];
  });
  const auto limit = scene.knowledge.soft_limit(scene.call.pid, "Max open files");
  group.facts.push_back(fmt::format("{} descriptors were known to be open{}", open,
                                    limit ? fmt::format("; the limit was {} when recording began", *limit) : std::string()));
  std::vector<std::pair<std::size_t, std::string>> most;
  for (const auto& [what, count] : by_what) most.emplace_back(count, what);
  std::sort(most.rbegin(), most.rend());
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < std::min(shown, most.size()); ++i) {
    group.facts.push_back(fmt::format("{} of them are {}", most[i].first, most[i].second));
  }
}

std::string next_too_many_files(const ErrorGroup& group) {
  if (group.error == abi::errno_of("ENFILE")) return "the whole system's table is full: raise fs.file-max, or find who fills it (/proc/sys/fs/file-nr)";
  return "close what is opened most (trace-report --diagnose names leaks), or raise the limit (ulimit -n, LimitNOFILE=)";
}

}  // namespace sysreel::errors
