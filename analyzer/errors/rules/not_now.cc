// EAGAIN: the other side is slower, or the caller asks in a tight loop.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {
namespace {

// Names the processes that hold an end of the pipe or socket with this inode, other than the caller's own descriptor.
std::string holders_of(const Scene& scene, const Descriptor& object, int own_fd) {
  std::string text;
  std::size_t found = 0;
  scene.model.for_each_descriptor([&](Pid pid, int fd, const Descriptor& other) {
    if (other.inode != object.inode || other.kind != object.kind || (pid == scene.call.pid && fd == own_fd)) return;
    constexpr std::size_t shown = 3;
    constexpr std::uint32_t access_mode = 3;
    if (object.kind == FdKind::fifo && (other.open_flags & access_mode) == (object.open_flags & access_mode)) return;
    if (found++ >= shown) return;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} as {}", process_name(scene.model, pid, Tid{raw(pid)}), fd);
  });
  return text;
}

}  // namespace

void observe_not_now(const Scene& scene, ErrorGroup& group) {
  if (group.object.kind != ObjectKind::descriptor || scene.shape.descriptor < 0) return;
  const int fd = static_cast<std::int32_t>(scene.call.args[static_cast<std::size_t>(scene.shape.descriptor)]);
  const Descriptor* object = scene.model.descriptor(scene.call.pid, fd);
  if (group.deed == Deed::write) {
    if (const Traffic* traffic = scene.process.traffic_of(fd)) {
      group.facts.push_back(fmt::format("it is full: {} bytes had been written to it in this recording", traffic->written));
    }
  }
  if (!object || (object->kind != FdKind::fifo && object->family != 1 /* AF_UNIX */)) return;
  const std::string holders = holders_of(scene, *object, fd);
  if (object->kind == FdKind::fifo) {
    group.facts.push_back(holders.empty() ? "no recorded process holds the other end" : "the other end is held by " + holders);
  }
}

std::string next_not_now(const ErrorGroup& group) {
  if (group.deed == Deed::write) return "find out why the reader does not keep up, or whether it reads at all";
  if (group.deed == Deed::read || group.deed == Deed::accept) return "wait with poll or epoll instead of asking again at once";
  if (group.call.find("clone") != std::string::npos || group.call == "fork") {
    return "raise the limit of processes (ulimit -u, pids.max of the control group)";
  }
  return "try again later, with a pause";
}

}  // namespace sysreel::errors
