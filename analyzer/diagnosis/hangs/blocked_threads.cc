#include "analyzer/diagnosis/hangs/blocked_threads.h"

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"

namespace sysreel {
namespace {

// Values of uapi linux/futex.h and asm-generic/fcntl.h.
constexpr std::uint64_t futex_operation_mask = 0x7f, futex_wait = 0, futex_lock_pi = 6, futex_wait_bitset = 9;
constexpr std::uint64_t f_setlkw = 7, f_setlkw64 = 14, f_ofd_setlkw = 38;

WaitsFor futex_wait_of(const Call& call) {
  const std::uint64_t operation = call.args[1] & futex_operation_mask;
  const bool waits = operation == futex_wait || operation == futex_wait_bitset || operation == futex_lock_pi;
  return waits && call.args[3] == 0 ? WaitsFor::wake : WaitsFor::nothing;
}

WaitsFor wait_of(const Call& call) {
  const std::string_view name = call_name(call);
  if (name == "futex") return futex_wait_of(call);
  if (name == "flock") return WaitsFor::lock;
  if (name == "fcntl") {
    const bool waits = call.args[1] == f_setlkw || call.args[1] == f_setlkw64 || call.args[1] == f_ofd_setlkw;
    return waits ? WaitsFor::lock : WaitsFor::nothing;
  }
  if (name == "wait4" || name == "waitid") return WaitsFor::child;
  if (name == "fsync" || name == "fdatasync" || name == "open" || name == "openat") return WaitsFor::device;
  switch (errors::shape_of(call.abi, call.nr).deed) {
    case errors::Deed::read: return WaitsFor::data;
    case errors::Deed::write: return WaitsFor::room;
    case errors::Deed::connect: return WaitsFor::device;
    default: return WaitsFor::nothing;
  }
}

// The pid that wait4 or waitid names; 0: any child.
std::uint64_t awaited(const Call& call) {
  constexpr std::uint64_t p_pid = 1;
  if (call_name(call) == "waitid") return call.args[0] == p_pid ? call.args[1] : 0;
  const auto pid = static_cast<std::int32_t>(call.args[0]);
  return pid > 0 ? static_cast<std::uint64_t>(pid) : 0;
}

}  // namespace

Blocked* BlockedThreads::on(const Call& call, const Scene& scene) {
  if (!call.has(call_in_flight)) {
    if (!threads_.empty()) threads_.erase(raw(call.tid));
    return nullptr;
  }
  Blocked* blocked = threads_.make(raw(call.tid));
  if (!blocked) return nullptr;
  *blocked = Blocked();
  blocked->pid = call.pid;
  blocked->tid = call.tid;
  blocked->start = call.start;
  blocked->what = wait_of(call);
  blocked->name = scene.name(call.pid);
  blocked->evidence = scene.evidence(call);
  if (blocked->what == WaitsFor::wake) blocked->object = call.args[0];
  if (blocked->what == WaitsFor::child) blocked->object = awaited(call);
  const bool on_descriptor = blocked->what == WaitsFor::data || blocked->what == WaitsFor::room || blocked->what == WaitsFor::lock;
  if (!on_descriptor) return blocked;
  blocked->on = descriptor_text(call, scene);
  const Descriptor* descriptor = scene.model.descriptor(call.pid, static_cast<std::int32_t>(call.args[0]));
  if (!descriptor) return blocked;
  blocked->pipe = descriptor->kind == FdKind::fifo;
  blocked->object = descriptor->inode;
  if (descriptor->kind == FdKind::socket) blocked->peer = scene.model.unix_peer(descriptor->inode);
  return blocked;
}

std::vector<Blocked> BlockedThreads::since_before(Nanos latest_start) const {
  std::vector<Blocked> found;
  for (const auto& [tid, blocked] : threads_) {
    if (blocked.start <= latest_start) found.push_back(blocked);
  }
  return found;
}

}  // namespace sysreel
