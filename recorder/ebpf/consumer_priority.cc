#include "recorder/ebpf/consumer_priority.h"

#include <linux/sched.h>
#include <linux/types.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sysreel {
namespace {

// uapi linux/sched/types.h, whose header clashes with libc's sched.h.
struct SchedAttr {
  __u32 size;
  __u32 policy;
  __u64 flags;
  __s32 nice;
  __u32 priority;
  __u64 runtime, deadline, period;
};

constexpr int highest = -20;
constexpr __u64 reset_on_fork = 0x01;

bool set_nice(int tid, int nice, __u64 flags) {
  SchedAttr attr{};
  attr.size = sizeof attr;
  attr.policy = SCHED_OTHER;
  attr.flags = flags;
  attr.nice = nice;
  return syscall(SYS_sched_setattr, tid, &attr, 0u) == 0;
}

}  // namespace

ConsumerPriority::ConsumerPriority() : tid_(static_cast<int>(syscall(SYS_gettid))) {
  SchedAttr attr{};
  if (syscall(SYS_sched_getattr, tid_, &attr, sizeof attr, 0u) != 0) return;
  if (attr.policy != SCHED_OTHER || attr.nice <= highest) return;  // someone decided otherwise
  if (set_nice(tid_, highest, reset_on_fork)) former_nice_ = attr.nice;
}

ConsumerPriority::~ConsumerPriority() {
  if (former_nice_) set_nice(tid_, *former_nice_, 0);
}

}  // namespace sysreel
