// ENOSPC, EDQUOT: what is full; not always a disk.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

void observe_no_space(const Scene& scene, ErrorGroup& group) {
  if (group.call == "inotify_add_watch" || group.call == "epoll_ctl" || group.call == "bpf") return;
  const std::string path = group.object.kind == ObjectKind::path ? absolute_path(group.object) : group.object.name;
  const std::string mount = scene.knowledge.mount_of(path);
  if (!mount.empty()) group.facts.push_back(fmt::format("it is on the mount {}", mount));
}

std::string next_no_space(const ErrorGroup& group) {
  if (group.call == "inotify_add_watch") return "raise fs.inotify.max_user_watches: this is no full disk";
  if (group.call == "epoll_ctl") return "raise fs.epoll.max_user_watches: this is no full disk";
  if (group.error == abi::errno_of("EDQUOT")) return "the user's quota is used up: see quota";
  return "free space or inodes there: df -h and df -i say which; deleted files still open count (lsof +L1)";
}

}  // namespace sysreel::errors
